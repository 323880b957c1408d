/** A real Pacemaker cluster on one machine, as a library: what the command line of the lab and the lab tests use. */
import type { Server } from 'node:http';
import type { Server as NetServer } from 'node:net';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { findPackage } from '../../workers/package-root.js';
import { corosyncConfiguration, firstCib } from './cluster-files.js';
import { installDependencies } from './dependencies.js';
import { forward } from './forward.js';
import { host } from './host-command.js';
import { LabMachine, randomKey } from './machine.js';
import {
  bridgeName,
  continuousAddress,
  hostAddress,
  labPlace,
  nodeAddress,
  nodeDirectory,
  nodeNames,
  powerPort,
  temporalPort,
  webAddress,
  witnessName,
  type LabPlace,
} from './place.js';
import { servePower } from './power.js';
import { askWitness, prepareWitness } from './quorum-device.js';
import { claimLab } from './record.js';
import { layRepositories, publish, slowUpdate, sourceOf, usualOffers, type Offer } from './repository.js';
import { requireRootfs } from './rootfs.js';
import { admitSsh, makeSshAccess, type SshAccess } from './ssh.js';
import { removeTraces } from './traces.js';

export interface LabSettings {
  readonly place?: LabPlace;
  readonly nodes: 2 | 3 | 4;
  /** On by default, as on any cluster that is meant seriously. */
  readonly fencing?: boolean;
  /** A machine beside the cluster that lends it a vote; none unless wanted. */
  readonly quorumDevice?: boolean;
  /** The loopback port of the Temporal service that the nodes' workers shall use; no workers when absent. */
  readonly temporalPort?: number;
  readonly offers?: readonly Offer[];
  /** Whether root of the nodes is reached by ssh; not unless wanted. */
  readonly ssh?: boolean;
  progress?(line: string): void;
}

const formationMs = 90_000;

/**
 * Makes and starts a lab and waits until its cluster has settled. Whatever a dead process left of a lab of that name is removed.
 * @throws Error when a living process has a lab of that name
 */
export async function startLab(settings: LabSettings): Promise<Lab> {
  const lab = new Lab(settings);
  try {
    await lab.start();
  } catch (error) {
    await lab.down();
    throw error;
  }
  return lab;
}

export class Lab {
  readonly place: LabPlace;
  readonly nodes: readonly string[];
  readonly powerLog: string[] = [];
  private readonly machines = new Map<string, LabMachine>();
  private readonly servers: (Server | NetServer)[] = [];
  private isOurs = false;
  private access: SshAccess | null = null;
  /** Above every version that stands in a list. */
  private nextSlow = 100;

  constructor(private readonly settings: LabSettings) {
    this.place = settings.place ?? labPlace();
    this.nodes = nodeNames(settings.nodes);
  }

  /** The role `web`: one web server behind an address, interrupted shortly by each move. */
  get webUrl(): string {
    return webAddress(this.place);
  }

  /** The role `ca-ip`: an address in front of web servers on all nodes. */
  get continuousUrl(): string {
    return continuousAddress(this.place);
  }

  /** The files for ssh. @throws Error where the lab has none */
  get ssh(): SshAccess {
    if (this.access === null) throw new Error('this lab has no ssh');
    return this.access;
  }

  async start(): Promise<void> {
    const { place, settings } = this;
    const progress = settings.progress ?? (() => undefined);
    await claimLab(place, { nodes: [...this.nodes], fencing: settings.fencing ?? true, temporalPort: settings.temporalPort ?? null });
    this.isOurs = true;
    await installDependencies(progress);
    const rootfs = await requireRootfs(progress);
    const nodesDirectory = join(place.directory, 'nodes');
    await mkdir(nodesDirectory, { recursive: true });
    await host('mount', '-t', 'tmpfs', `${place.name}-nodes`, nodesDirectory);
    const repositories = join(place.directory, 'repositories');
    await layRepositories(rootfs, repositories);
    await this.layBridge();
    const key = randomKey();
    if (settings.ssh === true) this.access = await makeSshAccess(place, this.nodes, progress);
    for (const node of this.nodes) {
      const machine = new LabMachine({ place, node, rootfs, repositories, productRoot: findPackage().root });
      this.machines.set(node, machine);
      await this.prepare(machine, key);
    }
    if (settings.quorumDevice === true) {
      const witness = new LabMachine({ place, node: witnessName, rootfs, repositories, productRoot: findPackage().root });
      this.machines.set(witnessName, witness);
      await prepareWitness(place, witness);
    }
    this.servers.push(await servePower(hostAddress(place), powerPort, this.machines, (line) => this.powerLog.push(line)));
    if (settings.temporalPort !== undefined) this.servers.push(await forward(hostAddress(place), temporalPort, settings.temporalPort));
    await Promise.all([...this.machines.values()].map((machine) => machine.start()));
    progress('machines are on');
    await this.waitSettled(formationMs);
    progress('the cluster has settled');
  }

  /** The machine of a node. @throws Error that names the nodes there are */
  machine(node: string): LabMachine {
    const machine = this.machines.get(node);
    if (machine === undefined) throw new Error(`there is no node "${node}"; there are: ${this.nodes.join(', ')}`);
    return machine;
  }

  /** What a command in a node says on standard output. @throws Error when it fails */
  async exec(node: string, ...argv: readonly string[]): Promise<string> {
    const result = await this.machine(node).exec(argv);
    if (result.exitCode !== 0) throw new Error(`${node}: ${argv.join(' ')} ended with ${result.exitCode}: ${result.all.slice(-500)}`);
    return result.stdout;
  }

  async bootId(node: string): Promise<string> {
    return (await this.exec(node, 'cat', '/proc/sys/kernel/random/boot_id')).trim();
  }

  /** All boots that the node's journal knows, the oldest first. */
  async bootIds(node: string): Promise<string[]> {
    const listing = await this.exec(node, 'journalctl', '--list-boots', '-o', 'json');
    return (JSON.parse(listing) as { boot_id: string }[]).map((boot) => boot.boot_id);
  }

  /** Switches the sources of these offers on in every node, and all others off. */
  async offer(...offers: readonly Offer[]): Promise<void> {
    await this.switchOn(offers);
  }

  /** Offers a new version of `cau-demo-slow` and nothing else, and answers it; its installation lasts as long as its node has `slowFile`. */
  async offerSlow(): Promise<string> {
    const definition = slowUpdate(this.nextSlow++);
    const repository = `slow-${definition.version}`;
    await publish(join(this.place.directory, 'repositories', repository), [definition]);
    await this.switchOn([repository]);
    return definition.version;
  }

  /** The lines of dpkg's log that say what was installed or upgraded to which version. */
  async installations(node: string): Promise<{ readonly at: string; readonly name: string; readonly version: string }[]> {
    const log = await this.machine(node).exec(['sh', '-c', 'cat /var/log/dpkg.log 2>/dev/null || true']);
    return log.stdout.split('\n').flatMap((line) => {
      const match = /^(\S+ \S+) status installed ([^:]+):\S+ (\S+)$/.exec(line);
      return match?.[1] === undefined || match[2] === undefined || match[3] === undefined ? [] : [{ at: match[1], name: match[2], version: match[3] }];
    });
  }

  /** Waits until all nodes are full members, all roles run, and nothing is pending. */
  async waitSettled(timeoutMs = 60_000): Promise<void> {
    const giveUpAt = Date.now() + timeoutMs;
    for (;;) {
      const state = await this.clusterState().catch(() => '');
      if (state === 'settled') return;
      if (Date.now() > giveUpAt) throw new Error(`the cluster did not settle in ${timeoutMs / 1000} s: ${state}`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  /** Removes every trace: processes, mounts, bridge, cgroups. Nothing when another process has the lab of that place. */
  async down(): Promise<void> {
    if (!this.isOurs) return;
    for (const server of this.servers) {
      if ('closeAllConnections' in server) server.closeAllConnections();
      server.close();
    }
    await Promise.all([...this.machines.values()].map((machine) => machine.remove()));
    await removeTraces(this.place);
  }

  private async clusterState(): Promise<string> {
    const [first] = this.nodes;
    const view = await this.exec(first ?? 'node1', 'crm_mon', '-1', '--output-as=xml');
    const online = view.match(/<node name="[^"]*"[^>]*online="true"[^>]*pending="false"/g)?.length ?? 0;
    if (online !== this.nodes.length) return `${online} of ${this.nodes.length} nodes are online`;
    const serving = view.match(/<resource id=[^>]*role="(Started|Promoted|Unpromoted)"[^>]*active="true"/g)?.length ?? 0;
    const expected = 5 + 2 + this.nodes.length + (this.settings.fencing === false ? 0 : this.nodes.length);
    if (serving < expected) return `${serving} of ${expected} instances run`;
    const dc = /<current_dc [^>]*name="([^"]*)"/.exec(view)?.[1] ?? '';
    const idle = await this.exec(first ?? 'node1', 'crmadmin', '-S', dc);
    if (!idle.includes('S_IDLE')) return 'actions are pending';
    return (await this.hasDeviceVote()) ? 'settled' : 'the quorum device does not lend its vote';
  }

  /** Also where there is no device that could. */
  private async hasDeviceVote(): Promise<boolean> {
    if (this.settings.quorumDevice !== true) return true;
    const votes = await Promise.all(this.nodes.map((node) => this.machine(node).exec(['corosync-quorumtool', '-s'])));
    return votes.every(({ stdout }) => /^\s*0\s+1\s+Qdevice/m.test(stdout));
  }

  private async switchOn(repositories: readonly string[]): Promise<void> {
    const input = repositories.map(sourceOf).join('');
    await Promise.all(this.nodes.map((node) => this.machine(node).exec(['sh', '-c', 'cat > /etc/apt/sources.list.d/cau-lab.list'], { input })));
  }

  private async layBridge(): Promise<void> {
    const bridge = bridgeName(this.place);
    const other = /^\d+: (\S+)/.exec(await host('ip', '-o', '-4', 'addr', 'show', 'to', `${this.place.network}.0/24`))?.[1];
    if (other !== undefined) throw new Error(`The network ${this.place.network}.0/24 is in use on this host, by ${other}; a lab needs one of its own.`);
    // Of its own: a bridge takes the address of one of its ports else, and changes it when that node loses its power. The others
    // would go on for half a minute with the old one, and no fence agent would reach the power controller.
    const hardware = `02:00:${this.place.network
      .split('.')
      .map((part) => Number(part).toString(16).padStart(2, '0'))
      .join(':')}:fe`;
    const options = ['forward_delay', '0', 'stp_state', '0', 'mcast_snooping', '0'];
    await host('ip', 'link', 'add', bridge, 'address', hardware, 'type', 'bridge', ...options);
    await host('ip', 'addr', 'add', `${hostAddress(this.place)}/24`, 'dev', bridge);
    await host('ip', 'link', 'set', bridge, 'up');
  }

  private async prepare(machine: LabMachine, key: Buffer): Promise<void> {
    const { place, settings, nodes } = this;
    const { node } = machine;
    await machine.lay('/etc/hostname', `${node}\n`);
    await machine.lay(
      '/etc/hosts',
      ['127.0.0.1 localhost', `${hostAddress(place)} host`, ...nodes.map((name) => `${nodeAddress(place, name)} ${name}`), ''].join('\n'),
    );
    await machine.lay('/etc/lab.env', `LAB_IP=${nodeAddress(place, node)}\n`);
    await machine.lay('/etc/corosync/corosync.conf', corosyncConfiguration(place, nodes, { quorumDevice: settings.quorumDevice === true }));
    if (settings.quorumDevice === true) await askWitness(place, node);
    await machine.lay('/etc/corosync/authkey', key, 0o400);
    await machine.lay('/var/lib/pacemaker/cib/cib.xml', firstCib(place, nodes, { fencing: settings.fencing ?? true }), 0o600, '/var/lib/pacemaker/cib');
    await machine.lay('/etc/apt/sources.list.d/cau-lab.list', (settings.offers ?? usualOffers).map(sourceOf).join(''));
    await machine.lay('/etc/cau/config.yaml', stringify({ cluster: place.name, node, temporal: { address: `${hostAddress(place)}:${temporalPort}` } }));
    if (settings.ssh === true) await admitSsh(place, machine);
    if (settings.temporalPort !== undefined) {
      const wants = join(nodeDirectory(place, node), 'upper/etc/systemd/system/multi-user.target.wants');
      await mkdir(wants, { recursive: true });
      await host('ln', '-sf', '../cau-node.service', join(wants, 'cau-node.service'));
    }
  }
}
