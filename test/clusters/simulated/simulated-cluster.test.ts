/** The simulated cluster is worth testing against: real processes, real addresses, as strict as a real one. */
import { afterEach, describe, expect, it } from 'vitest';
import { openSmallCluster, processesOf, run, type SmallCluster } from './small-cluster.js';
import { startProber } from './prober.js';

let small: SmallCluster;
afterEach(() => small.close());

const node = (name: string) => small.cluster.description().nodes.find((one) => one.name === name);

describe('a restart of every node in turn', () => {
  it('interrupts each role only when it moves, and leaves no process behind at the end', async () => {
    small = await openSmallCluster();
    const { cluster, driverOn, hostOn, directory } = small;
    const boots = Object.fromEntries(cluster.description().nodes.map(({ name }) => [name, cluster.bootId(name)]));
    const prober = startProber(cluster.addresses());
    for (const name of Object.keys(boots)) {
      const peer = name === 'node3' ? 'node4' : 'node3';
      await driverOn(peer).hold(name, run, 1);
      await cluster.until((seen) => seen.idle && seen.nodes.some((one) => one.name === name && one.activeInstances === 0));
      await driverOn(name).stopStack();
      await hostOn(name).restart();
      await cluster.until(() => cluster.bootId(name) !== boots[name]);
      await small.untilOnline(name);
      expect(node(name)).toMatchObject({ activeInstances: 0, hold: { run, intact: true } });
      await expect(driverOn(peer).release(name, run)).resolves.toBe('released');
      await cluster.until((seen) => seen.idle && seen.nodes.every((one) => one.activeInstances > 0) && seen.promotionScores.length === 2);
    }
    const measured = await prober.end();
    expect(measured['web']?.servers).toEqual(['node1', 'node2', 'node1']);
    expect(measured['db']?.servers).toEqual(['node2', 'node4', 'node2']);
    expect(measured['shop']?.failed).toBe(0);
    // A move of these takes about 50 ms; the machine that runs the tests may be busy.
    expect(measured['web']?.longestMs).toBeLessThan(2000);
    expect(measured['db']?.longestMs).toBeLessThan(2000);
    expect(await processesOf(directory)).not.toEqual([]);
    await cluster.stop();
    expect(await processesOf(directory)).toEqual([]);
  });
});

describe('a power cut', () => {
  it('is fenced before its roles start elsewhere, and the machine comes back on a new boot', async () => {
    small = await openSmallCluster();
    const { cluster } = small;
    const boot = cluster.bootId('node1');
    await cluster.crash('node1');
    await cluster.until((seen) => seen.nodes.some((one) => one.name === 'node1' && one.unclean));
    expect(small.serving()).toContain('web@node1');
    await cluster.until((seen) => seen.nodes.some((one) => one.name === 'node1' && !one.unclean));
    await cluster.until((seen) => seen.idle);
    expect(small.serving()).toContain('web@node2');
    await small.untilOnline('node1');
    expect(cluster.bootId('node1')).not.toBe(boot);
  });

  it('keeps the holds and who set them', async () => {
    small = await openSmallCluster();
    await small.driverOn('node2').hold('node1', run, 1);
    await small.cluster.crash('node1');
    await small.cluster.until((seen) => seen.nodes.some((one) => one.name === 'node1' && !one.online));
    await small.untilOnline('node1');
    expect(node('node1')).toMatchObject({ hold: { run, intact: true }, activeInstances: 0 });
  });

  it('without fencing leaves the machine off, until somebody switches it on', async () => {
    small = await openSmallCluster({ fencing: false });
    await small.cluster.crash('node1');
    await small.cluster.until((seen) => seen.idle && seen.nodes.some((one) => one.name === 'node1' && !one.online));
    expect(small.serving()).toContain('web@node2');
    small.cluster.powerOn('node1');
    await small.untilOnline('node1');
  });
});

describe('lost quorum', () => {
  it('stops every role, fences nobody, and all serve again when a node is back', async () => {
    small = await openSmallCluster();
    const { cluster } = small;
    const boot = cluster.bootId('node3');
    cluster.cut('node3');
    cluster.cut('node4');
    await cluster.until((seen) => !seen.quorum.quorate && seen.nodes.every((one) => one.activeInstances === 0));
    expect(small.serving()).toEqual([]);
    await expect(small.driverOn('node1').hold('node2', run, 1)).rejects.toMatchObject({ code: 'NoQuorumHere' });
    cluster.join('node3');
    cluster.join('node4');
    await cluster.until((seen) => seen.idle && seen.nodes.every((one) => one.online) && seen.promotionScores.length === 2);
    expect(small.serving()).toEqual(['web@node1', 'db@node2']);
    expect(cluster.bootId('node3')).toBe(boot);
  });

  it('is seen by a node that is cut off: alone, without quorum, and with the others gone', async () => {
    small = await openSmallCluster({ fencing: false });
    small.cluster.cut('node4');
    const seen = await small.driverOn('node4').describe();
    expect(seen.witness.quorate).toBe(false);
    expect(seen.nodes.filter((one) => one.online).map((one) => one.name)).toEqual(['node4']);
    expect(seen.quorum.votes).toBe(1);
    expect(seen.roles.flatMap((role) => role.instances).every((instance) => instance.node === 'node4')).toBe(true);
  });
});

describe('two nodes', () => {
  it('stay quorate when one of them leaves, as corosync does with two_node', async () => {
    small = await openSmallCluster({ nodes: ['node1', 'node2'], roles: [{ id: 'web', kind: 'primitive', prefers: 'node1' }] });
    await small.driverOn('node2').hold('node1', run, 1);
    await small.cluster.until((seen) => seen.idle);
    await small.driverOn('node1').stopStack();
    expect(await small.driverOn('node2').describe()).toMatchObject({
      witness: { quorate: true },
      quorum: { votes: 1, needed: 1, twoNode: true, waitForAll: true },
    });
    expect(small.serving()).toEqual(['web@node2']);
  });
});

describe('a promotable role', () => {
  it('is not promoted where its copy is not in sync yet, whatever it prefers', async () => {
    small = await openSmallCluster({ timings: { startMs: 5, stopMs: 5, bootMs: 50, joinMs: 10, detectMs: 50, fenceMs: 20, installMs: 5, syncMs: 400 } });
    const { cluster, driverOn } = small;
    await driverOn('node1').hold('node2', run, 1);
    await cluster.until((seen) => seen.idle && small.serving().includes('db@node4'));
    await driverOn('node1').release('node2', run);
    await cluster.until((seen) => seen.idle && seen.roles.some((role) => role.id === 'db' && role.instances.length === 2));
    expect(small.serving()).toContain('db@node4');
    expect(cluster.description().promotionScores.map((score) => score.node)).toEqual(['node4']);
    await cluster.until((seen) => seen.idle && seen.promotionScores.length === 2);
    expect(small.serving()).toContain('db@node2');
  });
});

describe('a stop that fails', () => {
  it('blocks the role where it is, so that the node is not empty and its stack does not stop', async () => {
    small = await openSmallCluster();
    small.cluster.refuseStop('web', 'node1', true);
    await small.driverOn('node2').hold('node1', run, 1);
    await small.cluster.until((seen) => seen.idle);
    const web = small.cluster.description().roles.find((role) => role.id === 'web');
    expect(web?.instances).toEqual([expect.objectContaining({ node: 'node1', state: 'Started', blocked: true, failed: true })]);
    expect(small.cluster.description().failedActions).toMatchObject([{ node: 'node1', resource: 'web', operation: 'stop' }]);
    expect(await (await fetch(small.cluster.addresses()['web'] ?? '')).text()).toBe('web on node1\n');
    await expect(small.driverOn('node1').stopStack()).rejects.toMatchObject({ code: 'RestartBlocked' });
    small.cluster.refuseStop('web', 'node1', false);
    await small.cluster.until((seen) => seen.idle && seen.failedActions.length === 0);
    expect(small.serving()).toContain('web@node2');
  });

  it('gets the node fenced where the role is configured so', async () => {
    small = await openSmallCluster({ roles: [{ id: 'web', kind: 'primitive', prefers: 'node1', onStopFailure: 'fence' }] });
    const boot = small.cluster.bootId('node1');
    small.cluster.refuseStop('web', 'node1', true);
    await small.driverOn('node2').hold('node1', run, 1);
    await small.cluster.until(() => small.cluster.bootId('node1') !== boot);
    await small.untilOnline('node1');
    expect(small.serving()).toEqual(['web@node2']);
  });

  it('may only be slow: the drain then takes as long', async () => {
    small = await openSmallCluster();
    small.cluster.slowStop('web', 300);
    const startedAt = performance.now();
    await small.driverOn('node2').hold('node1', run, 1);
    expect(node('node1')?.activeInstances).toBeGreaterThan(0);
    await small.cluster.until((seen) => seen.idle);
    expect(performance.now() - startedAt).toBeGreaterThan(300);
    expect(node('node1')?.activeInstances).toBe(0);
  });
});

describe('a cluster that is told to leave roles alone', () => {
  it('leaves them on a held node, at rest and serving, so that the node is standby and not empty', async () => {
    small = await openSmallCluster();
    small.cluster.setMaintenanceMode(true);
    await small.driverOn('node2').hold('node1', run, 1);
    expect(small.cluster.description()).toMatchObject({ idle: true, maintenanceMode: true });
    expect(node('node1')).toMatchObject({ standby: true, activeInstances: 2 });
    small.cluster.setMaintenanceMode(false);
    await small.cluster.until((seen) => seen.idle);
    expect(node('node1')?.activeInstances).toBe(0);
  });

  it('leaves alone the one role that it does not manage', async () => {
    small = await openSmallCluster();
    small.cluster.setManaged('web', false);
    await small.driverOn('node2').hold('node1', run, 1);
    await small.cluster.until((seen) => seen.idle && seen.nodes.some((one) => one.name === 'node1' && one.activeInstances === 1));
    expect(small.cluster.description().roles.find((role) => role.id === 'web')?.instances).toMatchObject([{ node: 'node1', managed: false }]);
    expect(await (await fetch(small.cluster.addresses()['web'] ?? '')).text()).toBe('web on node1\n');
  });
});

describe('what survives', () => {
  it('is all that is configured, installed and known by address, when everything is stopped and started again', async () => {
    small = await openSmallCluster();
    await small.driverOn('node2').hold('node3', run, 1);
    await small.driverOn('node2').takeLease(run);
    const addresses = small.cluster.addresses();
    await small.cluster.stop();
    small = await openSmallCluster({ directory: small.directory, packages: { app: '9.9' } });
    expect(node('node3')).toMatchObject({ standby: true, hold: { run, intact: true } });
    expect(small.cluster.description().lease?.run).toEqual(run);
    expect(small.cluster.addresses()).toEqual(addresses);
    await expect(small.cluster.installedVersions('node1')).resolves.toEqual({ app: '1.0' });
    await expect(small.cluster.bootLog('node1')).resolves.toHaveLength(2);
  });
});

describe('a service behind the back of the cluster', () => {
  it('is found on its node', async () => {
    small = await openSmallCluster();
    await small.cluster.startStray('web', 'node3');
    await expect(small.driverOn('node3').findStrayResources()).resolves.toEqual(['web']);
    await expect(small.driverOn('node1').findStrayResources()).resolves.toEqual([]);
  });
});

describe('the node worker of a machine', () => {
  it('is started again when it dies, and goes with its machine', async () => {
    const command = { command: process.execPath, args: ['-e', 'setInterval(() => undefined, 1000)'], env: {} };
    small = await openSmallCluster({ workerCommand: (_name, machineFile) => ({ ...command, args: [...command.args, machineFile] }) });
    const { cluster } = small;
    const workers: (number | null)[] = [];
    while (workers.length < 2) {
      const pid = await cluster.killWorker('node1');
      if (pid !== null && !workers.includes(pid)) workers.push(pid);
    }
    expect(new Set(workers).size).toBe(2);
    await cluster.crash('node2');
    expect(await processesOf(cluster.machineFile('node2'))).toEqual([]);
  });
});
