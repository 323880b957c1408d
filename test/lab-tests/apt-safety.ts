/** What the plug-in promises of services, interruptions and restarts. */
import { describe, expect, it } from 'vitest';
import type { Update } from '../../domain/updates.js';
import type { PackageDefinition } from '../lab/repository.js';
import { bare, lab, node, outcomes, plan, until } from './apt-world.js';

export function promiseSafety(): void {
  describe('services', () => {
    const unit = (name: string, more = '') =>
      `[Unit]\nDescription=${name}\n[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n${more}`;
    const withService = (name: string, version: string, postinst: string): PackageDefinition => ({
      ...bare(name, version),
      files: { [`/lib/systemd/system/${name}.service`]: unit(name) },
      postinst,
    });
    const invoke = (action: string, name: string) => `deb-systemd-invoke ${action} ${name}.service >/dev/null || true`;

    it('that a package enables or starts are off afterwards and reported', async () => {
      const eager = 'systemctl enable --quiet eager.service; systemctl start eager.service';
      const updates = await plan(
        'services',
        [bare('eager', '1.0'), bare('polite', '1.0')],
        [
          withService('eager', '1.1', eager),
          withService('polite', '1.1', `systemctl daemon-reload; ${invoke('start', 'polite')}; systemctl is-active polite.service > /run/polite || true`),
        ],
      );
      const result = await node.plugin.install(updates);
      expect(outcomes(result)).toEqual(['eager succeeded', 'polite succeeded']);
      expect(result.newServices).toEqual(['eager.service']);
      expect(await node.sh('systemctl is-enabled eager.service; systemctl is-active eager.service polite.service; cat /run/polite')).toBe(
        'disabled\ninactive\ninactive\ninactive',
      );
      expect(await node.sh('ls /usr/sbin/policy-rc.d*')).toContain('No such file');
    });

    it('that ran before may be restarted, and go on running', async () => {
      const restarted = (version: string) =>
        withService('runs', version, `systemctl daemon-reload; ${version === '1.0' ? 'systemctl start runs.service' : invoke('restart', 'runs')}`);
      const enabling = withService('runs-off', '1.1', 'systemctl enable --quiet runs-off.service');
      const started = withService('runs-off', '1.0', 'systemctl daemon-reload; systemctl start runs-off.service');
      const updates = await plan('runs', [restarted('1.0'), started], [restarted('1.1'), enabling]);
      const before = await node.sh('systemctl show --property=MainPID --value runs.service');
      const result = await node.plugin.install(updates);
      expect(result.newServices).toEqual(['runs-off.service']);
      expect(await node.sh('systemctl is-active runs.service runs-off.service; systemctl is-enabled runs-off.service')).toBe('active\nactive\ndisabled');
      expect(await node.sh('systemctl show --property=MainPID --value runs.service')).not.toBe(before);
    });

    it("leave the administrator's own policy in force and in place", async () => {
      await node.sh(`printf '#!/bin/sh\necho "$@" >> /run/asked\nexit 101\n' > /usr/sbin/policy-rc.d; chmod 755 /usr/sbin/policy-rc.d`);
      const updates = await plan('policy', [], [withService('runs', '1.2', invoke('restart', 'runs'))]);
      const before = await node.sh('systemctl show --property=MainPID --value runs.service; sha256sum /usr/sbin/policy-rc.d');
      await node.plugin.install(updates);
      expect(await node.sh('systemctl show --property=MainPID --value runs.service; sha256sum /usr/sbin/policy-rc.d')).toBe(before);
      expect(await node.sh('cat /run/asked; ls /usr/sbin/policy-rc.d*; rm /usr/sbin/policy-rc.d')).toBe('runs.service restart\n/usr/sbin/policy-rc.d');
    });
  });

  describe('an interrupted installation', () => {
    const slow = (version: string): PackageDefinition => ({
      ...bare('slow', version),
      postinst: 'for i in $(seq 600); do [ -e /run/wait ] || break; sleep 0.1; done',
    });
    /** Kills everything in the middle of the installation, as a power cut would. */
    const interrupt = async (updates: readonly Update[]) => {
      await node.sh('touch /run/wait');
      const operation = node.plugin.operateInstall(updates);
      await until(async () => (await node.sh('pgrep -f slow[.]postinst')) !== '');
      await node.sh(`systemctl kill --kill-whom=all --signal=KILL 'cau-operation-*'; rm /run/wait`);
      return operation;
    };

    it('is said to be interrupted, and mended by a repair', async () => {
      const enabling: PackageDefinition = { ...bare('before-slow', '1.1'), postinst: 'systemctl enable --quiet runs-off.service' };
      const updates = await plan('slow-1', [slow('1.0'), bare('before-slow', '1.0')], [{ ...slow('1.1'), depends: 'before-slow (>= 1.1)' }, enabling]);
      expect(await interrupt(updates)).toMatchObject({ kind: 'interrupted' });
      // Its guard is still there, but once its owner is gone it forbids nothing.
      expect(await node.sh('policy-rc.d nginx start; echo $?')).toBe('0');
      expect(await node.plugin.verify([])).toMatchObject({ clean: false });
      // Whether dpkg had written down that the first package was done, when it was killed in the second, is its own affair.
      expect(await node.plugin.repair()).toEqual({
        repaired: expect.arrayContaining(['slow', 'runs-off.service (turned off again)']) as string[],
        problems: [],
      });
      expect(await node.sh('ls /usr/sbin/policy-rc.d*; systemctl is-enabled runs-off.service')).toContain('disabled');
      expect(await node.sh('ls /usr/sbin/policy-rc.d*')).toContain('No such file');
      expect(await node.plugin.verify(updates)).toEqual({ clean: true, problems: [] });
    });

    it('is found by the next scan, and mended by the next installation', async () => {
      const updates = await plan('slow-2', [bare('next', '1.0')], [slow('1.2')]);
      await interrupt(updates);
      await lab.publish('slow-2', [slow('1.2'), bare('next', '1.1')]);
      const scanned = await node.plugin.scan();
      expect(scanned.findings).toContainEqual(
        expect.objectContaining({ id: 'packages.clean', message: expect.stringContaining('slow (half configured)') as string }),
      );
      await node.plugin.stage(scanned.updates);
      expect(outcomes(await node.plugin.install(scanned.updates))).toEqual(['next succeeded']);
      expect(await node.plugin.verify(updates)).toEqual({ clean: true, problems: [] });
    });

    it('is not what an operator makes of it who shuts the node down: the shutdown waits', async () => {
      const updates = await plan('slow-3', [], [slow('1.3')]);
      await node.sh('touch /run/wait');
      const operation = node.plugin.operateInstall(updates);
      await until(async () => (await node.sh('pgrep -f slow[.]postinst')) !== '');
      expect(await node.sh('systemd-inhibit --list --no-legend')).toMatch(/Cluster-Aware Updating.*shutdown:sleep.*block/);
      await node.sh(`systemctl stop --no-block 'cau-operation-*'`);
      await until(async () => (await node.sh(`systemctl is-active 'cau-operation-*'`)).includes('deactivating'));
      expect(await node.sh('pgrep -f slow[.]postinst')).not.toBe('');
      await node.sh('rm /run/wait');
      expect(await operation).toMatchObject({ kind: 'finished', result: { updates: [{ name: 'slow', outcome: 'succeeded' }] } });
      await until(async () => !(await node.sh('systemd-inhibit --list --no-legend')).includes('Cluster-Aware Updating'));
    });
  });

  describe('the need of a restart', () => {
    it('is told by the flag, and by the package that set it', async () => {
      const asking: PackageDefinition = { ...bare('asks', '1.1'), postinst: 'touch /run/reboot-required\necho asks >> /run/reboot-required.pkgs' };
      const updates = await plan('asks', [bare('asks', '1.0')], [asking]);
      expect(await node.plugin.restartNeed()).toEqual({ needed: false, reasons: [] });
      const result = await node.plugin.install(updates);
      expect(result.restartNeed).toEqual({ needed: true, reasons: ['a restart is asked for by asks'] });
      expect(result.updates[0]?.restartRequired).toBe(true);
    });

    it('is told by cluster daemons that use replaced libraries, by a newer libc, and is over after the restart', async () => {
      await node.sh(
        'rm -f /run/reboot-required*; for file in /usr/lib/*/libqb.so.100.*; do cp $file $file.new; mv $file.new $file; done; touch /var/lib/dpkg/info/libc6:*.list',
      );
      const { needed, reasons } = await node.plugin.restartNeed();
      expect(needed).toBe(true);
      expect(reasons).toEqual(
        expect.arrayContaining(['libc6 was updated since the boot', 'corosync uses files that were replaced', 'pacemakerd uses files that were replaced']),
      );
      await node.restart();
      expect(await node.plugin.restartNeed()).toEqual({ needed: false, reasons: [] });
    });
  });
}
