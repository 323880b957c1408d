/** In what state a node is, from its own records and a peer's view; never from what a tool says. */
import { clusterViewArguments, parseClusterView, type ClusterView } from '../../../clusters/pacemaker/crm-mon.js';
import type { Lab } from '../../lab/lab.js';

/** What every node of these trials shall get. */
const wanted = ['cau-demo-app', 'cau-demo-kernel', 'cau-demo-agent', 'cau-demo-lib', 'cau-demo-slow', 'corosync'];

export interface NodeLook {
  /** Null where no peer answers. */
  readonly member: { readonly online: boolean; readonly standby: boolean } | null;
  /** What the node itself tells; null while it is off. */
  readonly own: {
    /** How many of the wanted updates it has. */
    readonly updated: number;
    readonly boots: number;
    /** Whether dpkg left something unfinished. */
    readonly unfinished: boolean;
    readonly restartDue: boolean;
    /** Whether something still installs or commands there. */
    readonly busy: boolean;
  } | null;
}

export async function lookAtNode(lab: Lab, node: string): Promise<NodeLook> {
  const [view, own] = await Promise.all([viewOfPeers(lab, node), lookInside(lab, node).catch(() => null)]);
  const member = view?.nodes.find(({ name }) => name === node);
  return { member: member === undefined ? null : { online: member.online && !member.pending, standby: member.standby }, own };
}

/** In words, such as `in standby, new, restart due`. */
export function describeLook({ member, own }: NodeLook): string {
  const place = member === null ? 'no peer answers' : `${member.online ? '' : 'away, '}${member.standby ? '**in standby**' : 'in service'}`;
  if (own === null) return `${place}, off`;
  const packages = own.updated === 0 ? 'old' : own.updated === wanted.length ? 'new' : `${own.updated} of ${wanted.length} new`;
  const restarts = own.boots > 2 ? `restarted ${own.boots - 1} times` : own.boots === 2 ? 'restarted' : null;
  return [place, packages, own.unfinished ? 'dpkg unfinished' : null, own.restartDue ? 'restart due' : null, restarts]
    .filter((word) => word !== null)
    .join(', ');
}

const stableMs = 12_000;
const patienceMs = 60_000;
const lookEveryMs = 1500;

/** Looks until nothing has changed for a while and nobody works there any more, a minute at most. */
export async function untilStable(lab: Lab, node: string): Promise<{ readonly look: NodeLook; readonly afterMs: number }> {
  const startedAt = Date.now();
  let look = await lookAtNode(lab, node);
  let since = Date.now();
  while (Date.now() - startedAt < patienceMs && (Date.now() - since < stableMs || look.own === null || look.own.busy)) {
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    const next = await lookAtNode(lab, node);
    if (JSON.stringify(next) !== JSON.stringify(look)) since = Date.now();
    look = next;
  }
  return { look, afterMs: since - startedAt };
}

/** What the cluster says, asked of a member with quorum; of another node than that, if one is named. */
export async function viewOfPeers(lab: Lab, node?: string): Promise<ClusterView | null> {
  for (const peer of lab.nodes.filter((other) => other !== node)) {
    try {
      const view = parseClusterView(await lab.exec(peer, 'crm_mon', ...clusterViewArguments));
      // One that has just started sees itself alone.
      if (view.quorate) return view;
    } catch {
      // The next one then.
    }
  }
  return null;
}

async function lookInside(lab: Lab, node: string): Promise<NodeLook['own']> {
  const script = [
    "dpkg-query -W -f '${Package} ${Version} ${db:Status-Abbrev}\\n'",
    'echo "audit $(dpkg --audit | wc -c)"',
    'echo "boots $(journalctl --list-boots -o json | tr -cd { | wc -c)"',
    'test -e /run/reboot-required && echo due',
    "pgrep -x 'apt-get|dpkg|python3' > /dev/null && echo busy",
    'true',
  ].join('\n');
  const said = await lab.exec(node, 'sh', '-c', script);
  const number = (name: string) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(said)?.[1] ?? 0);
  return {
    updated: wanted.filter((name) => new RegExp(`^${name} (1\\.1|\\S+\\+cau1) ii`, 'm').test(said)).length,
    boots: number('boots'),
    unfinished: number('audit') > 0,
    restartDue: /^due$/m.test(said),
    busy: /^busy$/m.test(said),
  };
}
