/** A lab cluster with a driver process in each of its nodes. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { DriverFixture } from '../../clusters/conformance.js';
import { startLab } from '../lab/lab.js';
import { enterArguments, type Executed } from '../lab/machine.js';
import { labPlace } from '../lab/place.js';
import { createRemoteDriver, type RemoteDriver } from './remote-driver.js';

export interface DriverLab extends DriverFixture {
  /** How long the last verb on that node took inside it, in milliseconds. */
  lastMs(node: string): number;
  exec(node: string, ...command: string[]): Promise<Executed>;
}

/** Where the nodes have this checkout. */
const checkout = '/opt/cau';

/** Four nodes, settled. */
export async function openDriverLab(settings: { readonly fencing: boolean }): Promise<DriverLab> {
  const lab = await startLab({ place: labPlace('caudrive', '10.89.0'), nodes: 4, ...settings });
  const drivers = new Map<string, RemoteDriver>();
  const remote = (node: string): RemoteDriver => {
    const known = drivers.get(node);
    if (known?.isOpen() === true) return known;
    const created = createRemoteDriver(spawn('nsenter', driveArguments(lab.machine(node).initPid() ?? 0, lab.place.name, node)), node);
    drivers.set(node, created);
    return created;
  };
  const exec = (node: string, ...command: string[]) => lab.machine(node).exec(command);
  return {
    nodes: lab.nodes,
    exec,
    driverOn: (node) => remote(node).driver,
    lastMs: (node) => remote(node).lastMs(),
    cut: (node) => lab.machine(node).cut(),
    join: (node) => plugIn(() => lab.machine(node).join()),
    operatorStandby: async (node, wish) => void (await exec(lab.nodes.find((other) => other !== node) ?? node, 'crm_standby', '-N', node, '-v', wish)),
    async setSite(node, site) {
      const change = site === null ? ['--delete'] : ['--update', site];
      const other = lab.nodes.find((one) => one !== node) ?? node;
      const { exitCode, all } = await exec(other, 'crm_attribute', '--node', node, '--name', 'site', ...change);
      if (exitCode !== 0) throw new Error(`crm_attribute on ${other}: ${all}`);
    },
    async cleanUp() {
      const remove = (xpath: string) => exec(lab.nodes[0] ?? 'node1', 'cibadmin', '--delete-all', '--force', '--xpath', xpath);
      await remove('//nodes/node/instance_attributes[starts-with(@id,"cau-hold-")]');
      await remove('//crm_config/cluster_property_set[@id="cau-lease"]');
      await remove('//nodes/node/instance_attributes/nvpair[@name="standby"]');
      await remove('//nodes/node/instance_attributes/nvpair[@name="site"]');
      await remove('//crm_config/cluster_property_set/nvpair[@name="cau-lab-noise"]');
    },
    async close() {
      for (const one of drivers.values()) one.close();
      await lab.down();
    },
  };
}

function driveArguments(pid: number, cluster: string, node: string): string[] {
  const program = ['node', '--import', join(checkout, 'node_modules/tsx/dist/esm/index.mjs'), join(checkout, 'test/lab-tests/drive.ts')];
  return [...enterArguments(pid), ...program, cluster, node];
}

/** A node that is being fenced has no cable for a moment; its next one is plugged in. */
async function plugIn(join: () => Promise<void>): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await join();
    } catch (error) {
      if (tries > 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
