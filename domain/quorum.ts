/** Can a node be taken out without giving up quorum? Counted from live votes, never from the number of nodes. */
import { fullMembers, type ClusterDescription, type ClusterNode } from './cluster.js';
import { verdictOf, type Verdict } from './verdict.js';

/**
 * Whether the cluster keeps quorum when `leaving`, a node or several at once, have no vote: their stack stops, is updated, or they restart.
 * Asked before a drain, an installation that stops the stack, and a restart; never before a node comes back, since
 * that is what gives votes back.
 *
 * With `two_node` one of two stays quorate while the other leaves in order, but both must be members now. `wait_for_all`
 * asks for everybody only after all were down, so it changes nothing while there is quorum. The live number of needed
 * votes is what counts: `last_man_standing` lowers it only after a while, and `auto_tie_breaker` would keep half of the
 * votes alive, if it is the right half; neither is relied upon. A member whose votes are not told counts for none, and so
 * does one that a run holds: it may leave or restart at any moment, or it is kept in maintenance mode because something is wrong
 * there, and whoever looks after it may take it away. With `no-quorum-policy=ignore` the cluster serves on without quorum; that is shown, not relied upon either.
 *
 * With `allowOutage` the last member may leave, since nobody is there any more who could lose a quorum; but only where it has quorum
 * alone when it comes back.
 */
export function decideQuorum(cluster: ClusterDescription, leaving: string | readonly string[], allowOutage = false): Verdict {
  const { quorum } = cluster;
  if (!quorum.quorate) return verdictOf(['the cluster has no quorum now']);
  const gone = typeof leaving === 'string' ? [leaving] : leaving;
  const others = reliedUpon(cluster).filter((node) => !gone.includes(node.name));
  const held = heldBesides(cluster, gone);
  const heldNames = held.map((node) => node.name);
  const [last] = gone;
  if (others.length === 0) {
    if (allowOutage && last !== undefined && gone.length === 1) return verdictOf(reasonsAgainstLast(cluster, last, heldNames));
    return verdictOf([`no other full member would be left than ${[...gone, ...heldNames].join(' and ')}`]);
  }
  if (quorum.twoNode) return verdictOf([]);
  const after = others.reduce((sum, node) => sum + (quorum.votesOf[node.name] ?? 0), 0) + quorum.deviceVotes;
  const without = [`${after} votes would be left without ${gone.join(' and ')}`, ...describeHeld(held)].join(' and ');
  return verdictOf(after >= quorum.needed ? [] : [`${without}, ${quorum.needed} are needed`]);
}

/** How many more nodes could leave, one after another, before quorum is lost; the votes of a device count, those of nodes that a run holds do not. */
export function quorumMargin(cluster: ClusterDescription): number {
  const { quorum } = cluster;
  if (!quorum.quorate) return 0;
  const votes = reliedUpon(cluster).map((node) => quorum.votesOf[node.name] ?? 0);
  if (quorum.twoNode) return Math.max(0, votes.length - 1);
  votes.sort((left, right) => right - left);
  let left = votes.reduce((sum, vote) => sum + vote, 0) + quorum.deviceVotes;
  let margin = 0;
  for (const vote of votes) {
    left -= vote;
    if (left < quorum.needed) break;
    margin += 1;
  }
  return margin;
}

/** A last member that would wait for others after its return, or for votes, would leave the whole cluster down. */
function reasonsAgainstLast({ quorum, nodes }: ClusterDescription, leaving: string, held: readonly string[]): string[] {
  const own = (quorum.votesOf[leaving] ?? 0) + quorum.deviceVotes;
  if (own < quorum.needed && !quorum.twoNode) return [`${leaving} would have ${own} of ${quorum.needed} needed votes when it comes back`];
  const missing = nodes.filter((node) => node.kind === 'member' && node.name !== leaving && !held.includes(node.name)).map((node) => node.name);
  if (quorum.waitForAll && missing.length > 0) return [`${leaving} would wait for ${missing.join(', ')} when it comes back (wait_for_all)`];
  return [];
}

function reliedUpon(cluster: ClusterDescription): ClusterNode[] {
  return fullMembers(cluster).filter((node) => !isHeldNode(node));
}

function heldBesides(cluster: ClusterDescription, leaving: readonly string[]): ClusterNode[] {
  return fullMembers(cluster).filter((node) => !leaving.includes(node.name) && isHeldNode(node));
}

/** Once a person has ended its standby, what is left of the record says nothing. */
function isHeldNode({ hold }: ClusterNode): boolean {
  return hold?.intact === true;
}

function describeHeld(held: readonly ClusterNode[]): string[] {
  const named = (nodes: readonly ClusterNode[], how: string) => (nodes.length === 0 ? [] : [`${nodes.map((node) => node.name).join(', ')}, ${how}`]);
  return [
    ...named(
      held.filter(({ hold }) => hold?.kept === null),
      'being worked on',
    ),
    ...named(
      held.filter(({ hold }) => hold?.kept !== null),
      'kept in maintenance mode',
    ),
  ];
}
