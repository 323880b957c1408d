/** Where a lab lives: its names, addresses and directories. Two labs with different names do not meet. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

export interface LabPlace {
  /** Names the lab's bridge, machines and cgroups; at most 8 letters. */
  readonly name: string;
  /** The first three numbers of the network, such as `10.87.0`. */
  readonly network: string;
  readonly directory: string;
}

const usualName = 'caulab';

/** The place of the lab with that name; each name must come with a network of its own. */
export function labPlace(name = usualName, network = '10.87.0'): LabPlace {
  return { name, network, directory: join(process.env['CAU_LAB_DIR'] ?? '/var/lib/cau-lab', name) };
}

/** The command line that does something with that lab. */
export const labCommand = ({ name }: LabPlace, command: string) => `npm run lab -- ${name === usualName ? '' : `--lab ${name} `}${command}`;

/** The host's address on the lab's bridge. */
export const hostAddress = ({ network }: LabPlace) => `${network}.254`;
export const nodeAddress = ({ network }: LabPlace, node: string) => `${network}.${node === witnessName ? 9 : 10 + numberOf(node)}`;
export const bridgeName = ({ name }: LabPlace) => `${name}0`;
/** The host's end of a node's network cable, as systemd-nspawn names it; a longer one than the kernel's 15 letters is its alternative name. */
export const cableName = ({ name }: LabPlace, node: string) => `vb-${name}-${node}`;
export const webAddress = ({ network }: LabPlace) => `http://${network}.100/`;
export const continuousAddress = ({ network }: LabPlace) => `http://${network}.101:8080/`;
export const powerPort = 7777;
export const temporalPort = 7233;

/** The lab's cgroups on the host: one, or one in each hierarchy that matters. */
export function cgroupsOf({ name }: LabPlace): string[] {
  const hierarchies = existsSync('/sys/fs/cgroup/cgroup.controllers')
    ? ['/sys/fs/cgroup']
    : ['systemd', 'unified', 'memory'].map((hierarchy) => `/sys/fs/cgroup/${hierarchy}`).filter((path) => existsSync(path));
  return hierarchies.map((hierarchy) => join(hierarchy, name));
}

export const nodeDirectory = ({ directory }: LabPlace, node: string) => join(directory, 'nodes', node);
export const nodeNames = (count: number) => Array.from({ length: count }, (_, index) => `node${index + 1}`);

/** The machine that lends its vote, in a lab with a quorum device. */
export const witnessName = 'witness';

export function numberOf(node: string): number {
  return Number(node.replace('node', ''));
}
