/** Votes, as `corosync-quorumtool -s` tells them. */
import type { Quorum } from '../../domain/cluster.js';
import { CauError } from '../../domain/errors.js';

/** What corosync says of the votes; `votesById` is by node id, of the members that are present. */
export interface CorosyncQuorum {
  readonly quorate: boolean;
  readonly votes: number;
  readonly needed: number;
  readonly expected: number;
  readonly votesById: Readonly<Record<string, number>>;
  /** 0 when there is no quorum device or it does not cast its vote. */
  readonly deviceVotes: number;
  readonly flags: readonly string[];
}

/**
 * The answer of `corosync-quorumtool -s`, which has no machine-readable form. Its exit code is 2 without quorum, so
 * only its words count.
 * @throws CauError `ClusterToolFailed` when it does not tell the votes
 */
export function parseQuorum(text: string): CorosyncQuorum {
  const lines = text.split('\n');
  const field = (name: string) =>
    lines
      .find((line) => line.startsWith(`${name}:`))
      ?.slice(name.length + 1)
      .trim();
  const count = (name: string) => {
    const words = field(name);
    const value = Number.parseInt(words ?? '', 10);
    if (!Number.isSafeInteger(value))
      throw new CauError('ClusterToolFailed', `"corosync-quorumtool" does not tell "${name}".`, { where: 'corosync-quorumtool' });
    return value;
  };
  const members = lines.map((line) => /^\s*(\d+|0x[0-9a-f]+)\s+(\d+)\s/i.exec(`${line} `)).filter((match) => match !== null);
  const votesById = Object.fromEntries(members.map((match) => [String(Number(match[1])), Number(match[2])]));
  // The quorum device is listed as node 0.
  const { 0: deviceVotes = 0, ...ofNodes } = votesById;
  return {
    quorate: field('Quorate') === 'Yes',
    votes: count('Total votes'),
    needed: count('Quorum'),
    expected: count('Expected votes'),
    votesById: ofNodes,
    deviceVotes,
    flags: (field('Flags') ?? '').split(/\s+/).filter((flag) => flag !== ''),
  };
}

/** The votes with the names of their nodes, and what the cluster does without quorum. */
export function toQuorum(corosync: CorosyncQuorum, nodes: readonly { readonly id: string; readonly name: string }[], policy: string | undefined): Quorum {
  const { quorate, votes, needed, expected, deviceVotes, flags } = corosync;
  return {
    quorate,
    votes,
    needed,
    expected,
    deviceVotes,
    flags,
    votesOf: Object.fromEntries(nodes.flatMap(({ id, name }) => (corosync.votesById[id] === undefined ? [] : [[name, corosync.votesById[id]]]))),
    twoNode: flags.includes('2Node'),
    waitForAll: flags.includes('WaitForAll'),
    withoutQuorum: toPolicy(policy),
  };
}

function toPolicy(policy: string | undefined): Quorum['withoutQuorum'] {
  switch (policy) {
    case 'freeze':
    case 'ignore':
    case 'demote':
    case 'suicide':
      return policy;
    // Pacemaker 2.1.9 and later call it by what happens to the node.
    case 'fence':
      return 'suicide';
    default:
      return 'stop';
  }
}
