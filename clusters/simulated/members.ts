/** The machines of a simulated cluster as its interconnect knows them, and who of them has quorum. */
import { CauError } from '../../domain/errors.js';

/** One machine, now. */
export interface Member {
  readonly name: string;
  bootId: string;
  /** The machine's process lives. */
  isPowered: boolean;
  /** Its cluster stack: the node is a member while it runs. */
  stack: 'stopped' | 'joining' | 'running' | 'leaving';
  /** Its network cable is pulled: nobody reaches it and it reaches nobody. */
  isCut: boolean;
  /** Gone without a word and not fenced yet: what ran there may still run. */
  isUnclean: boolean;
  expectedUp: boolean;
  /** Has seen all members since its stack started; two nodes need that before one alone counts (`wait_for_all`). */
  hasSeenAll: boolean;
}

export type Members = ReadonlyMap<string, Member>;

/** All machines, switched off. */
export function createMembers(nodes: readonly string[]): Map<string, Member> {
  return new Map(
    nodes.map((name) => [name, { name, bootId: '', isPowered: false, stack: 'stopped', isCut: false, isUnclean: false, expectedUp: false, hasSeenAll: false }]),
  );
}

/** @throws CauError `NodeVanished` */
export function requireMember(members: Members, name: string): Member {
  const member = members.get(name);
  if (member === undefined) throw new CauError('NodeVanished', `${name} is not a node of this cluster.`, { where: name });
  return member;
}

/** The members that see each other; a node that is cut off sees itself alone. */
export function seenBy(members: Members, viewer: Member): Member[] {
  const inTouch = (member: Member) => isActive(member) && (member === viewer || (!viewer.isCut && !member.isCut && !member.isUnclean));
  return isActive(viewer) ? [...members.values()].filter(inTouch) : [];
}

/** The members of the part that may have quorum: everyone who is not cut off. */
export function connectedMembers(members: Members): Member[] {
  return [...members.values()].filter((member) => isActive(member) && !member.isCut && !member.isUnclean);
}

/** Votes that are needed: a majority of all, or one of two (corosync `two_node`). */
export function neededVotes(members: Members): number {
  return members.size === 2 ? 1 : Math.floor(members.size / 2) + 1;
}

/** Whether these, who see each other, have quorum. */
export function hasQuorum(members: Members, together: readonly Member[]): boolean {
  const isAwaited = members.size === 2 && !together.some((member) => member.hasSeenAll);
  return together.length >= neededVotes(members) && !isAwaited;
}

/**
 * @throws CauError `NoQuorumHere` when this node may not speak for the cluster: its stack is down, it is cut off, or it
 * is in a part without quorum. A cut node of two still counts itself quorate until it is fenced; it is refused all the same.
 */
export function requireQuorum(members: Members, name: string): void {
  const member = requireMember(members, name);
  if (member.stack === 'running' && !member.isCut && hasQuorum(members, connectedMembers(members))) return;
  throw new CauError('NoQuorumHere', `${name} is not in a part of the cluster that has quorum.`, { where: name });
}

/** Whether its stack runs, be it on its way out. A machine without power counts until its loss is noticed. */
function isActive(member: Member): boolean {
  return member.stack === 'running' || member.stack === 'leaving';
}
