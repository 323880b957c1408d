/** The simulated driver keeps what every driver must. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeClusterDriver } from '../../../clusters/conformance.js';
import { createSimulatedDriver } from '../../../clusters/simulated/driver.js';
import { readMachineFile } from '../../../clusters/simulated/model.js';
import { startSimulatedCluster } from '../../../clusters/simulated/simulated-cluster.js';

const nodes = ['node1', 'node2', 'node3', 'node4'];

describeClusterDriver('simulated', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'cau-driver-'));
  const cluster = await startSimulatedCluster({
    directory,
    cluster: 'conformance',
    nodes,
    roles: [
      { id: 'web', kind: 'primitive', prefers: 'node1' },
      { id: 'mail', kind: 'primitive' },
      { id: 'db', kind: 'promotable', prefers: 'node2', copies: ['node2', 'node4'] },
      { id: 'shop', kind: 'clone' },
    ],
    packages: { app: '1.0' },
    updates: [],
  });
  const drivers = new Map(nodes.map((node) => [node, createSimulatedDriver(readMachineFile(cluster.machineFile(node)))]));
  const driverOn = (node: string) => {
    const driver = drivers.get(node);
    if (driver === undefined) throw new Error(`no node ${node}`);
    return driver;
  };
  return {
    nodes,
    driverOn,
    cut: async (node) => cluster.cut(node),
    join: async (node) => cluster.join(node),
    operatorStandby: async (node, wish) => cluster.operatorStandby(node, wish),
    setSite: async (node, site) => cluster.setSite(node, site),
    async cleanUp() {
      const { nodes: seen, lease } = cluster.description();
      for (const node of seen) {
        if (node.hold !== null) await driverOn('node1').release(node.name, node.hold.run);
        cluster.operatorStandby(node.name, 'off');
        cluster.setSite(node.name, null);
      }
      if (lease !== null) await driverOn('node1').dropLease(lease.run);
    },
    async close() {
      await cluster.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
});
