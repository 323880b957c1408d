/** A look at a lab from outside: power, cables and boots as the host sees them, the cluster as one of its nodes does. */
import { parseClusterView, clusterViewArguments, type ClusterView, type MonitoredNode } from '../../clusters/pacemaker/crm-mon.js';
import type { Role } from '../../domain/cluster.js';
import { execa } from 'execa';
import { host } from './host-command.js';
import { askKeeper } from './keeper.js';
import { enterArguments, findInitPid } from './machine.js';
import { cableName, nodeAddress, type LabPlace } from './place.js';
import type { LabRecord } from './record.js';

export interface MachineLook {
  readonly node: string;
  readonly address: string;
  readonly isOn: boolean;
  readonly cable: 'in' | 'out' | '-';
  /** The beginning of its boot id; null when it is off. */
  readonly boot: string | null;
  /** `online`, `standby`, `pending`, `unclean`, …; as a node with quorum sees it. */
  readonly membership: string;
  /** The state of the node worker's unit; null when the lab has none. */
  readonly worker: string | null;
}

export interface LabView {
  readonly machines: readonly MachineLook[];
  /** Null when no node answers. */
  readonly cluster: {
    readonly witness: string;
    readonly quorate: boolean;
    readonly coordinator: string | null;
    readonly roles: readonly { name: string; places: string }[];
  } | null;
  /** Null when no node is on. */
  readonly offers: readonly string[] | null;
  /** What fence agents have asked of the power controller. */
  readonly powerLog: readonly string[];
}

const patienceMs = 5000;
const sourceList = '/etc/apt/sources.list.d/cau-lab.list';

export async function lookAtLab(place: LabPlace, record: LabRecord, isKept: boolean): Promise<LabView> {
  const inside = await Promise.all(record.nodes.map((node) => lookInside(place, node)));
  const views = inside.flatMap(({ node, view }) => (view === null ? [] : [{ witness: node, view }]));
  // A node that is alone sees only itself.
  const best = views.find(({ view }) => view.quorate) ?? views[0];
  const machines = await Promise.all(
    inside.map(async ({ node, boot, worker }): Promise<MachineLook> => {
      const member = best?.view.nodes.find(({ name }) => name === node);
      const isOn = boot !== null;
      return {
        node,
        address: nodeAddress(place, node),
        isOn,
        cable: isOn ? await lookAtCable(place, node) : '-',
        boot: boot?.slice(0, 8) ?? null,
        membership: member === undefined ? 'unknown' : membershipOf(member),
        worker: record.temporalPort === null ? null : worker,
      };
    }),
  );
  return {
    machines,
    cluster:
      best === undefined
        ? null
        : {
            witness: best.witness,
            quorate: best.view.quorate,
            coordinator: best.view.coordinator,
            roles: best.view.roles.map((role) => ({ name: role.id, places: placesOf(role) })),
          },
    offers: inside.find(({ offers }) => offers !== null)?.offers ?? null,
    powerLog: isKept ? await askKeeper(place, { verb: 'powerLog' }).catch(() => []) : [],
  };
}

interface Inside {
  readonly node: string;
  readonly boot: string | null;
  readonly worker: string | null;
  readonly offers: readonly string[] | null;
  readonly view: ClusterView | null;
}

async function lookInside(place: LabPlace, node: string): Promise<Inside> {
  const pid = findInitPid(place, node);
  const run = async (...command: readonly string[]) =>
    (await execa('nsenter', [...enterArguments(pid ?? 0), ...command], { stdin: 'ignore', reject: false, timeout: patienceMs })).stdout;
  if (pid === null) return { node, boot: null, worker: null, offers: null, view: null };
  const [boot, worker, sources, view] = await Promise.all([
    run('cat', '/proc/sys/kernel/random/boot_id'),
    run('systemctl', 'is-active', 'cau-node.service'),
    run('cat', sourceList),
    run('crm_mon', ...clusterViewArguments),
  ]);
  return { node, boot, worker: worker || 'unknown', offers: [...sources.matchAll(/\/srv\/repo\/(\S+)/g)].map((match) => match[1] ?? ''), view: toView(view) };
}

function toView(text: string): ClusterView | null {
  try {
    const view = parseClusterView(text);
    return view.nodes.length === 0 ? null : view;
  } catch {
    return null;
  }
}

async function lookAtCable(place: LabPlace, node: string): Promise<MachineLook['cable']> {
  const link = await host('ip', '-o', 'link', 'show', cableName(place, node)).catch(() => null);
  if (link === null) return '-';
  return /<[^>]*\bUP\b/.test(link) ? 'in' : 'out';
}

function membershipOf(node: MonitoredNode): string {
  if (node.unclean) return 'unclean';
  if (node.pending) return 'pending';
  if (!node.online) return 'offline';
  if (node.standby) return 'standby';
  return node.maintenance ? 'maintenance' : 'online';
}

/** Nodes with what is special about the role there, such as `node2 (Promoted), node4`. */
function placesOf(role: Role): string {
  const nodes = [...new Set(role.instances.map(({ node }) => node))].toSorted();
  const places = nodes.map((node) => {
    const here = role.instances.filter((instance) => instance.node === node);
    const notes = new Set(
      here.flatMap(({ state, failed, blocked }) => [
        ...(state === 'Started' || state === 'Unpromoted' ? [] : [state]),
        ...(blocked ? ['blocked'] : failed ? ['failed'] : []),
      ]),
    );
    return notes.size === 0 ? node : `${node} (${[...notes].join(', ')})`;
  });
  return places.length === 0 ? 'nowhere' : places.join(', ');
}
