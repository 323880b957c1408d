/**
 * The Pacemaker driver on a real cluster: the promises of every driver, and what only Pacemaker has: operators with
 * their own tools, attributes that live until a boot, agents that refuse to stop, services started behind its back.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { describeClusterDriver } from '../../clusters/conformance.js';
import { persistently, until } from '../../clusters/conformance-waits.js';
import type { ClusterDescription, PromotionScore } from '../../domain/cluster.js';
import { decideDrained } from '../../domain/drained.js';
import type { RunReference } from '../../domain/names.js';
import { baselineOf } from '../../domain/placement.js';
import type { ClusterDriver } from '../../domain/ports/cluster-driver.js';
import { decideSettled } from '../../domain/settled.js';
import { verdictOf } from '../../domain/verdict.js';
import { openDriverLab, type DriverLab } from './driver-lab.js';

const run: RunReference = { workflowId: 'cau/run/lab/20260101T000000Z', firstExecutionRunId: '0d3b5a52-3c2e-4d0a-9c5e-6f3f9b2f4a01' };

let lab: DriverLab;
beforeAll(async () => {
  // Without fencing: a member that is cut off must live on to be asked.
  lab = await openDriverLab({ fencing: false });
}, 300_000);
afterAll(() => lab.close());

// The lab goes on after the promises of every driver.
describeClusterDriver('pacemaker', () => Promise.resolve({ ...lab, close: () => Promise.resolve() }));

describe('The pacemaker driver on a real cluster without fencing', { timeout: 120_000 }, () => {
  const on = (node: string): ClusterDriver => lab.driverOn(node);
  const standby = (node: string, ...args: string[]) => lab.exec('node2', 'crm_standby', '-N', node, ...args);
  const seen = async (name: string) => nodeOf(await on('node2').describe(), name);

  beforeAll(async () => {
    await settled('node2');
  });
  afterEach(async () => {
    await lab.cleanUp();
    await settled('node2');
  });

  test("an operator's standby until the next boot is refused like any other, and stays", async () => {
    await standby('node1', '-v', 'on', '-l', 'reboot');
    await expect(on('node3').hold('node1', run, 1)).rejects.toMatchObject({ code: 'RefusedByOperator' });
    expect(await seen('node1')).toMatchObject({ standby: true, standbyBy: 'operator', hold: null });
    await standby('node1', '-D', '-l', 'reboot');
  });

  test('a standby=off that a tool left behind goes with the hold, so that operators can still use their tools', async () => {
    await standby('node1', '-v', 'off');
    await on('node3').hold('node1', run, 1);
    const { stdout } = await lab.exec('node2', 'cibadmin', '--query', '--xpath', '//nodes/node[@uname="node1"]//nvpair[@name="standby"]');
    expect(stdout.split('name="standby"')).toHaveLength(2);
    await expect(standby('node1', '-v', 'off')).resolves.toMatchObject({ exitCode: 0 });
    expect(await seen('node1')).toMatchObject({ standby: false, hold: { intact: false } });
  });

  test('an operator who deletes our standby and sets his own keeps his own when we release', async () => {
    await on('node3').hold('node1', run, 1);
    await standby('node1', '-D');
    expect(await seen('node1')).toMatchObject({ standby: false, standbyBy: 'nobody', hold: { run, intact: false } });
    await expect(on('node3').hold('node1', run, 1)).rejects.toMatchObject({ code: 'HoldBroken' });
    await standby('node1', '-v', 'on');
    expect(await seen('node1')).toMatchObject({ standby: true, standbyBy: 'operator', hold: { intact: false } });
    await expect(on('node3').release('node1', run)).resolves.toBe('released');
    expect(await seen('node1')).toMatchObject({ standby: true, standbyBy: 'operator', hold: null });
  });

  test('a kept node does not count towards the nodes that may be worked on', async () => {
    await on('node3').hold('node1', run, 1);
    await on('node3').keep('node1', run, 'packages are\n broken & "odd" <here>');
    expect((await seen('node1'))?.hold).toEqual({ run, intact: true, kept: 'packages are broken & "odd" <here>', releaseAfter: '30m' });
    await on('node3').hold('node2', run, 1);
    expect((await seen('node2'))?.hold).toEqual({ run, intact: true, kept: null, releaseAfter: '30m' });
  });

  test('a status section that changes all the time does not keep holds from being set and released', async () => {
    const noisy = '/run/cau-lab-noisy';
    await lab.exec('node2', 'touch', noisy);
    const noise = lab.exec(
      'node2',
      'sh',
      '-c',
      `i=0; while [ -e ${noisy} ]; do i=$((i + 1)); attrd_updater -n cau-lab-noise -U $i; sleep 0.1; done; attrd_updater -n cau-lab-noise -D`,
    );
    for (let round = 0; round < 4; round += 1) {
      await persistently(() => on('node3').hold('node1', run, 1));
      expect((await seen('node1'))?.hold).toMatchObject({ run, intact: true });
      await persistently(() => on('node3').release('node1', run));
      expect((await seen('node1'))?.hold).toBeNull();
    }
    await lab.exec('node2', 'rm', noisy);
    await noise;
  });

  test('what a run leaves in the configuration is valid', async () => {
    await on('node3').takeLease(run);
    await on('node3').hold('node1', run, 1);
    await on('node3').keep('node1', run, 'to be looked at');
    await expect(lab.exec('node1', 'crm_verify', '--live-check')).resolves.toMatchObject({ exitCode: 0 });
  });

  test('a member that is cut off keeps its configuration, byte for byte', async () => {
    const configuration = async (node: string) => (await lab.exec(node, 'cibadmin', '--query', '--scope', 'configuration')).stdout;
    const before = await configuration('node1');
    await lab.cut('node4');
    try {
      await until(on('node4'), (cluster) => verdictOf(cluster.witness.quorate ? ['still quorate'] : []));
      await Promise.allSettled([on('node4').hold('node1', run, 1), on('node4').takeLease(run), on('node4').release('node1', run)]);
      expect(await configuration('node4')).toBe(before);
    } finally {
      await lab.join('node4');
    }
    await settled('node1');
    await settled('node4');
  });

  test('promotion scores are back when a cluster has settled', async () => {
    const baseline = baselineOf(await on('node1').describe());
    expect(scoresOf(baseline.scores).length).toBeGreaterThan(0);
    await on('node1').hold('node2', run, 1);
    await until(on('node1'), (cluster) => decideDrained(cluster, 'node2', run, baseline));
    await on('node1').release('node2', run);
    const cluster = await until(on('node1'), (now) => decideSettled(now, baseline, 'node2'));
    expect(scoresOf(cluster.promotionScores)).toEqual(scoresOf(baseline.scores));
  });

  test('a service that was started behind the back of the cluster is found', async () => {
    await on('node3').hold('node2', run, 1);
    await drained('node2');
    await lab.exec('node2', 'systemctl', 'start', 'nginx');
    try {
      await expect(on('node2').findStrayResources()).resolves.toEqual(['web-srv']);
    } finally {
      await lab.exec('node2', 'systemctl', 'stop', 'nginx');
    }
    await expect(on('node2').findStrayResources()).resolves.toEqual([]);
  });

  test('a node whose agent refuses to stop is never drained, and the description says which and why', async () => {
    await installStubbornAgent();
    await on('node3').hold('node1', run, 1);
    await expect(drained('node1')).rejects.toThrow('could not stop "mule"');
    const cluster = await on('node3').describe();
    expect(cluster.roles.find((role) => role.id === 'mule')?.instances).toEqual([
      { resource: 'mule', node: 'node1', state: 'Started', managed: false, blocked: true, failed: true },
    ]);
    // A node that was cut off before may have failed monitors of its own to tell.
    expect(cluster.failedActions.filter(({ resource }) => resource === 'mule')).toMatchObject([{ node: 'node1', operation: 'stop' }]);
    await lab.exec('node1', 'rm', '/run/stubborn');
    await lab.exec('node1', 'crm_resource', '--cleanup', '--resource', 'mule');
    await drained('node1');
    await lab.exec('node1', 'cibadmin', '--delete', '--xpath', '//rsc_location[@id="l-mule"]');
    await lab.exec('node1', 'cibadmin', '--delete', '--xpath', '//primitive[@id="mule"]');
  });

  test('a change is noticed on every member when it happens, not when it is looked for', async () => {
    for (const node of lab.nodes) {
      await settled(node);
      const look = await on(node).look();
      await look.isIdle();
      const noticed = look.waitForChange(5000).then(() => performance.now());
      await lab.exec('node4', 'crm_attribute', '--type', 'crm_config', '--name', 'cau-lab-noise', '--update', node);
      const changedMs = performance.now();
      // A quiet machine needs 60 ms; without the event it would be 5 s.
      expect((await noticed) - changedMs).toBeLessThan(1000);
    }
  });

  test('a description takes a small part of the time that a question to a witness may take', async () => {
    await settled('node3');
    const times: number[] = [];
    for (let round = 0; round < 9; round += 1) {
      await on('node3').describe();
      times.push(lab.lastMs('node3'));
    }
    expect(times.toSorted((left, right) => left - right)[4]).toBeLessThan(1000);
  });

  /** A resource on node1 whose agent fails to stop it as long as `/run/stubborn` is there. */
  async function installStubbornAgent(): Promise<void> {
    const dummy = '/usr/lib/ocf/resource.d/pacemaker/Dummy';
    const agent = `#!/bin/sh\n[ "$1" = stop ] && [ -e /run/stubborn ] && exit 1\nexec ${dummy} "$@"\n`;
    const install = `mkdir -p /usr/lib/ocf/resource.d/lab && printf '%b' "$1" > /usr/lib/ocf/resource.d/lab/Stubborn && chmod 755 /usr/lib/ocf/resource.d/lab/Stubborn`;
    for (const node of lab.nodes) await lab.exec(node, 'sh', '-c', install, 'sh', agent);
    const create = (section: string, xml: string) => lab.exec('node1', 'cibadmin', '--create', '--scope', section, '--xml-text', xml);
    await create('resources', '<primitive id="mule" class="ocf" provider="lab" type="Stubborn"/>');
    await create('constraints', '<rsc_location id="l-mule" rsc="mule" node="node1" score="10"/>');
    await until(on('node1'), (cluster) =>
      verdictOf(
        cluster.roles.some((role) => role.id === 'mule' && role.instances.some((one) => one.node === 'node1' && one.state === 'Started')) ? [] : ['no mule'],
      ),
    );
    await lab.exec('node1', 'touch', '/run/stubborn');
  }

  async function drained(node: string): Promise<void> {
    await until(on('node3'), (cluster) => decideDrained(cluster, node, run, { roles: [], scores: [], failedActions: [] }));
  }

  async function settled(node: string): Promise<void> {
    await until(on(node), (cluster) =>
      verdictOf([...(cluster.idle ? [] : ['not idle']), ...cluster.nodes.filter((one) => !one.online).map((one) => one.name)]),
    );
  }
});

const nodeOf = (cluster: ClusterDescription, name: string) => cluster.nodes.find((node) => node.name === name);

/** Copies may change places, so the values are compared, not who has them. */
function scoresOf(scores: readonly PromotionScore[]): number[] {
  return scores.map(({ score }) => score).toSorted((left, right) => left - right);
}
