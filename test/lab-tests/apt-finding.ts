/** What the plug-in promises of finding and fetching updates. */
import { stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bare, lab, namesOf, node, other, outcomes, plan, seven } from './apt-world.js';

export function promiseFinding(): void {
  describe('finding and fetching', () => {
    it('changes nothing that another program sees', async () => {
      await node.begin(bare('seen', '1.0'));
      await lab.publish('seen', [bare('seen', '1.1')]);
      await node.offer('seen');
      // Programs follow "apt-get update" by hooks, and leave stamps and caches.
      await node.sh(`echo 'APT::Update::Post-Invoke { "touch /run/followed"; };' > /etc/apt/apt.conf.d/99follow`);
      const look = () =>
        node.sh(
          'apt-mark showauto; apt-mark showhold; find /var/lib/apt /var/cache/apt /var/lib/dpkg /var/log/apt /var/log/dpkg.log /run/followed -type f -exec sha256sum {} + 2>&1 | sort',
        );
      // apt-mark itself makes a cache at its first look.
      await look();
      const before = await look();
      const scanned = await node.plugin.scan();
      const staged = await node.plugin.stage(scanned.updates);
      expect(scanned.updates).toHaveLength(1);
      expect(staged.bytes).toBeGreaterThan(0);
      expect(await look()).toBe(before);
    });

    it('tells name, versions, origin, security, size and restart of each update', async () => {
      await node.begin(bare('plain', '1.0'), bare('urgent', '1.0'), bare('some-kernel', '1.0'), bare('resource-agents-extra', '1.0'));
      await lab.publish('plain', [bare('plain', '2:1.1-1'), bare('some-kernel', '1.1'), bare('resource-agents-extra', '1.1')]);
      await lab.publish('urgent', [bare('urgent', '1.1')], { label: 'CauLab', suite: 'stable-security' });
      await node.offer('plain', 'urgent');
      const { updates } = await node.plugin.scan();
      const of = (name: string) => updates.find((update) => update.name === name);
      expect(of('plain')).toMatchObject({ from: '1.0', to: '2:1.1-1', security: false, restart: 'notExpected', clusterStack: false });
      expect(of('plain')?.origin).toContain('CauLab');
      const size = Number(await node.sh('stat -c %s /srv/repo/plain/plain_*.deb'));
      expect(of('plain')?.sizeBytes).toBe(size);
      expect(of('urgent')).toMatchObject({ security: true, origin: 'CauLab:stable-security' });
      expect(of('some-kernel')).toMatchObject({ restart: 'expected' });
      expect(of('resource-agents-extra')).toMatchObject({ clusterStack: true });
      // An epoch is escaped in the name of the file.
      expect(await node.plugin.stage(updates)).toMatchObject({ gone: [] });
      expect(outcomes(await node.plugin.install(updates))).toEqual(updates.map((update) => `${update.name} succeeded`));
      expect(await node.plugin.verify(updates)).toEqual({ clean: true, problems: [] });
    });

    it('where security updates are wanted, takes these and what they need, and keeps back the others', async () => {
      await node.begin(bare('sec-app', '1.0'), bare('sec-lib', '1.0'), bare('sec-other', '1.0'));
      await lab.publish('sec-plain', [bare('sec-lib', '1.1'), bare('sec-other', '1.1')]);
      await lab.publish('sec-urgent', [{ ...bare('sec-app', '1.1'), depends: 'sec-lib (>= 1.1)' }], { label: 'CauLab', suite: 'stable-security' });
      await node.offer('sec-plain', 'sec-urgent');
      const { updates, keptBack } = await node.plugin.scanSecurity();
      expect(updates.map(({ name, to, security }) => ({ name, to, security })).toSorted((one, other_) => one.name.localeCompare(other_.name))).toEqual([
        { name: 'sec-app', to: '1.1', security: true },
        { name: 'sec-lib', to: '1.1', security: false },
      ]);
      expect(keptBack).toEqual([{ name: 'sec-other', reason: 'no security update' }]);
      expect(await node.plugin.stage(updates)).toMatchObject({ gone: [] });
      expect(outcomes(await node.plugin.install(updates)).toSorted()).toEqual(['sec-app succeeded', 'sec-lib succeeded']);
      expect(await node.installed('sec-other')).toBe('ii 1.0');
      await node.offer('sec-plain');
      expect((await node.plugin.scanSecurity()).updates).toEqual([]);
    });

    it('keeps back what is held, needs a removal, is phased or cannot be met, and says why', async () => {
      const names = ['held-one', 'rival', 'blocked', 'phased-one', 'unmet'];
      await node.begin(...names.map((name) => bare(name, '1.0')));
      await node.sh('apt-mark hold held-one');
      await lab.publish('back', [
        bare('held-one', '1.1'),
        { ...bare('blocked', '1.1'), fields: { Conflicts: 'rival' } },
        { ...bare('phased-one', '1.1'), fields: { 'Phased-Update-Percentage': '0' } },
        { ...bare('unmet', '1.1'), depends: 'not-to-be-had' },
      ]);
      await node.offer('back');
      const { updates, keptBack } = await node.plugin.scan();
      expect(updates).toEqual([]);
      expect(Object.fromEntries(keptBack.map(({ name, reason }) => [name, reason]))).toEqual({
        'held-one': 'held by the administrator',
        blocked: 'needs the removal of rival',
        'phased-one': 'phased: not dealt out to this cluster yet',
        unmet: 'its dependencies cannot be met',
      });
    });

    it('deals a phased update out to all nodes of a cluster or to none', async () => {
      await Promise.all([node, other].map((one) => one.begin(...seven((number) => bare(`phase-${number}`, '1.0')))));
      await lab.publish(
        'phases',
        seven((number) => ({ ...bare(`phase-${number}`, '1.1'), fields: { 'Phased-Update-Percentage': '50' } })),
      );
      await Promise.all([node, other].map((one) => one.offer('phases')));
      const [here, there] = await Promise.all([node, other].map(async (one) => namesOf(await one.plugin.scan())));
      expect(here).toEqual(there);
    });

    it('installs a version that left the mirror after it was fetched', async () => {
      const updates = await plan('leaving', [bare('leaving', '1.0')], [bare('leaving', '1.1')]);
      await lab.publish('leaving', [bare('leaving', '1.2')]);
      await node.sh('apt-get update -q');
      expect(outcomes(await node.plugin.install(updates))).toEqual(['leaving succeeded']);
      expect(await node.installed('leaving')).toBe('ii 1.1');
    });

    it('answers a version that left before it was fetched as gone, and installs the others', async () => {
      await node.begin(bare('fast', '1.0'), bare('stays', '1.0'));
      await lab.publish('fleeting', [bare('fast', '1.1'), bare('stays', '1.1')]);
      await node.offer('fleeting');
      const { updates } = await node.plugin.scan();
      await lab.publish('fleeting', [bare('fast', '1.2'), bare('stays', '1.1')]);
      expect(await node.plugin.stage(updates)).toMatchObject({ gone: ['fast'] });
      const result = await node.plugin.install(updates);
      expect(outcomes(result)).toEqual(['fast notApplicable', 'stays succeeded']);
      expect(result.updates[0]?.message).toBe('this version left the mirror before it was fetched');
    });

    it('never takes another version under the name of the planned one', async () => {
      await node.begin(bare('swap', '1.0'));
      await lab.publish('swap', [bare('swap', '1.1')]);
      await node.offer('swap');
      const { updates } = await node.plugin.scan();
      // A new list of the same size and time: apt believes its cache, and takes what the new list names.
      const list = join(lab.repositories, 'swap', 'Packages');
      const { mtime, size } = await stat(list);
      await lab.publish('swap', [bare('swap', '1.2')]);
      await utimes(list, mtime, mtime);
      expect((await stat(list)).size).toBe(size);
      expect(await node.plugin.stage(updates)).toEqual({ bytes: 0, gone: ['swap'] });
    });

    it('fetches again what was damaged on disk', async () => {
      const updates = await plan('damaged', [bare('damaged', '1.0')], [bare('damaged', '1.1')]);
      await node.sh('for file in /var/lib/cau/plugins/apt/archives/*.deb; do echo x >> $file; done');
      await expect(node.plugin.install(updates)).rejects.toThrow('was changed since it was fetched');
      expect(await node.plugin.stage(updates)).toMatchObject({ gone: [] });
      expect(outcomes(await node.plugin.install(updates))).toEqual(['damaged succeeded']);
    });
  });
}
