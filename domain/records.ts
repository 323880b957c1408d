/**
 * What a node and its cluster write down by themselves: boots, installed packages, membership, maintenance mode. A run is
 * proven from these, never from what it says of itself.
 */
import { z } from 'zod';

const time = z.iso.datetime();

/** Records of one kind in order of time. `gap`: why some may be missing, or all; null when these are all there are. */
export interface Records<T> {
  readonly records: readonly T[];
  readonly gap: string | null;
}

/** The schema of such records. */
export const recordsOf = <T extends z.ZodType>(record: T) => z.strictObject({ records: z.array(record), gap: z.string().nullable() });

/** Nothing could be read, and why. */
export const noRecords = (gap: string): Records<never> => ({ records: [], gap });

/** One boot of a node. `end`: whether it was shut down, lost its power, or is not known to have ended. */
export const bootSchema = z.strictObject({ bootId: z.string(), at: time, end: z.enum(['inOrder', 'cut', 'unknown']) });
export type Boot = z.infer<typeof bootSchema>;

/** One installation of one package, as its package manager logged it. `isFinished`: it came to its end. */
export const installationSchema = z.strictObject({
  plugin: z.string(),
  name: z.string(),
  from: z.string().nullable(),
  to: z.string(),
  at: time,
  isFinished: z.boolean(),
});
export type Installation = z.infer<typeof installationSchema>;

/** An operation of a run in the ledger of the node that did it: its start was on disk before it began. */
export const ledgerEntrySchema = z.strictObject({
  operationId: z.string(),
  /** `restart`, `install-apt`, `repair-apt`, … */
  step: z.string(),
  at: time,
  bootId: z.string(),
  hasResult: z.boolean(),
});
export type LedgerEntry = z.infer<typeof ledgerEntrySchema>;

/**
 * A change of the cluster as its own log has it. `kept`: a hold goes on on purpose, and nobody works there. `left`: went away in
 * order; `lost`: without a word. `standbyOn` and `standbyOff`: not the hold of a run. `roleLost`: it serves nowhere.
 */
export const clusterChangeSchema = z.strictObject({
  at: time,
  kind: z.enum([
    'held',
    'kept',
    'released',
    'standbyOn',
    'standbyOff',
    'joined',
    'left',
    'lost',
    'fenced',
    'quorumLost',
    'quorumGained',
    'roleLost',
    'roleServes',
  ]),
  /** The node concerned. For quorum: the one that saw it, or null for the cluster as a whole. */
  node: z.string().nullable(),
  /** Who changed it; null when the log does not tell. */
  by: z.enum(['run', 'operator']).nullable(),
  /** Of a hold: the first execution id of its run. */
  run: z.string().nullable(),
  role: z.string().nullable(),
});
export type ClusterChange = z.infer<typeof clusterChangeSchema>;

/** `scope`: whether it is the cluster's own log, or that of one node, which misses what happened while that node was away. */
export const clusterHistorySchema = z.strictObject({ ...recordsOf(clusterChangeSchema).shape, scope: z.enum(['cluster', 'node']) });
/** The changes of a cluster as one node can tell them. */
export interface ClusterHistory extends Records<ClusterChange> {
  readonly scope: 'cluster' | 'node';
}

/** A change with nothing said but what is given. */
export function clusterChange(change: Pick<ClusterChange, 'at' | 'kind'> & Partial<ClusterChange>): ClusterChange {
  return { node: null, by: null, run: null, role: null, ...change };
}

/**
 * What a look back to `since` needs: everything from then on, and the last change of each kind before, so that it is
 * known how things stood. Only one run at a time holds a node: the last hold of each is enough, also to tell members that
 * were away when an earlier one ended. So it does not grow with the runs that a cluster has seen.
 */
export function changesSince(changes: readonly ClusterChange[], since: string): ClusterChange[] {
  const subject = ({ kind, node, role }: ClusterChange) => `${groupOf[kind]} ${node ?? ''} ${role ?? ''}`;
  const before = new Map(changes.filter((change) => change.at < since).map((change) => [subject(change), change]));
  const isOver = ({ kind, node, run }: ClusterChange) => {
    const last = before.get(subject(clusterChange({ at: since, kind: 'held', node })));
    return kind === 'kept' && (last?.run !== run || last.kind === 'released');
  };
  return [...[...before.values()].filter((change) => !isOver(change)), ...changes.filter((change) => change.at >= since)].toSorted((left, right) =>
    left.at.localeCompare(right.at),
  );
}

const groupOf: Readonly<Record<ClusterChange['kind'], string>> = {
  held: 'hold',
  kept: 'kept',
  released: 'hold',
  standbyOn: 'standby',
  standbyOff: 'standby',
  joined: 'membership',
  left: 'membership',
  lost: 'membership',
  fenced: 'membership',
  quorumLost: 'quorum',
  quorumGained: 'quorum',
  roleLost: 'role',
  roleServes: 'role',
};

/** A file of a log that is rotated, with the time of its last change in milliseconds since 1970. */
export interface LogFile {
  readonly path: string;
  readonly changedMs: number;
}

/** Those that may reach into the time from `since` on, oldest first, and the one before, which shows that the next begins where it should. */
export function logFilesSince(files: readonly LogFile[], since: string): LogFile[] {
  const sorted = files.toSorted((left, right) => left.changedMs - right.changedMs);
  return sorted.slice(
    Math.max(
      0,
      sorted.findLastIndex(({ changedMs }) => changedMs < Date.parse(since)),
    ),
  );
}

/** Boot ids are written with and without dashes. */
export function isSameBoot(left: string, right: string): boolean {
  return left.replaceAll('-', '') === right.replaceAll('-', '');
}
