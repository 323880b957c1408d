/** The log of a simulated cluster: every change of membership, maintenance mode, quorum and roles, as it happened. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { clusterChange, type ClusterChange } from '../../domain/records.js';
import type { Configuration } from './configuration.js';

/** What the log follows; a change is the difference of two of these. */
export interface Sight {
  readonly configuration: Configuration;
  /** Members that have a vote now. */
  readonly members: readonly string[];
  /** Members on their way out in order. */
  readonly leaving: readonly string[];
  readonly isQuorate: boolean;
  /** Roles that serve somewhere. */
  readonly serving: readonly string[];
}

export interface ClusterLog {
  /** Writes down what differs from the sight before, and who changed it where that is known. */
  see(sight: Sight, by: ClusterChange['by']): void;
  record(change: Pick<ClusterChange, 'kind'> & Partial<ClusterChange>): void;
  read(): ClusterChange[];
}

/** Opens the log in a file. Whoever was a member when its writer ended was lost then. */
export function openClusterLog(file: string): ClusterLog {
  const log: ClusterLog = {
    see(sight, by) {
      for (const change of differences(last ?? { ...nothing, configuration: sight.configuration }, sight, by)) log.record(change);
      last = sight;
    },
    record: (change) => appendFileSync(file, `${JSON.stringify(clusterChange({ at: new Date().toISOString(), ...change }))}\n`),
    read: () => readLog(file),
  };
  let last: Sight | null = null;
  const before = lastOf(log.read());
  for (const node of before.members) log.record({ kind: 'lost', node });
  if (before.isQuorate) log.record({ kind: 'quorumLost' });
  for (const role of before.serving) log.record({ kind: 'roleLost', role });
  return log;
}

const nothing = { members: [], leaving: [], isQuorate: false, serving: [] } as const;

type Unstamped = Omit<ClusterChange, 'at'>;

/** What happened between two sights; membership before quorum, as its cause. */
export function differences(was: Sight, is: Sight, by: ClusterChange['by']): Unstamped[] {
  const change = (kind: ClusterChange['kind'], more: Partial<Unstamped> = {}): Unstamped => ({ kind, node: null, by: null, run: null, role: null, ...more });
  const gone = was.members.filter((node) => !is.members.includes(node));
  const come = is.members.filter((node) => !was.members.includes(node));
  return [
    ...gone.map((node) => change(was.leaving.includes(node) ? 'left' : 'lost', { node })),
    ...come.map((node) => change('joined', { node })),
    ...(was.isQuorate === is.isQuorate ? [] : [change(is.isQuorate ? 'quorumGained' : 'quorumLost')]),
    ...Object.keys(is.configuration.nodes).flatMap((node) => configured(was.configuration, is.configuration, node, by)),
    ...was.serving.filter((role) => !is.serving.includes(role)).map((role) => change('roleLost', { role })),
    ...is.serving.filter((role) => !was.serving.includes(role)).map((role) => change('roleServes', { role })),
  ];
}

function configured(was: Configuration, is: Configuration, node: string, by: ClusterChange['by']): Unstamped[] {
  const [before, after] = [was.nodes[node], is.nodes[node]];
  const [heldBefore, heldAfter] = [before?.hold ?? null, after?.hold ?? null];
  const wish = (kind: 'standbyOn' | 'standbyOff'): Unstamped => ({ kind, node, by, run: null, role: null });
  const hold = (kind: 'held' | 'kept' | 'released', run: string): Unstamped => ({ kind, node, by, run, role: null });
  const isOther = heldBefore?.run.firstExecutionRunId !== heldAfter?.run.firstExecutionRunId;
  return [
    ...(heldBefore !== null && isOther ? [hold('released', heldBefore.run.firstExecutionRunId)] : []),
    ...(heldAfter !== null && isOther ? [hold('held', heldAfter.run.firstExecutionRunId)] : []),
    ...(heldAfter !== null && heldAfter.kept !== null && (isOther || heldBefore?.kept === null) ? [hold('kept', heldAfter.run.firstExecutionRunId)] : []),
    ...(before?.operatorStandby !== true && after?.operatorStandby === true ? [wish('standbyOn')] : []),
    ...(before?.operatorStandby === true && after?.operatorStandby !== true ? [wish('standbyOff')] : []),
    // He lifted the standby of a run: our record is still there, and does not count any more.
    ...(heldBefore?.intact === true && heldAfter?.intact === false && heldBefore.standby === undefined ? [wish('standbyOff')] : []),
  ];
}

/** A last line that is not whole was never written. */
function readLog(file: string): ClusterChange[] {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as ClusterChange);
}

function lastOf(changes: readonly ClusterChange[]) {
  const members = new Set<string>();
  const serving = new Set<string>();
  let isQuorate = false;
  for (const { kind, node, role } of changes) {
    if (kind === 'joined') members.add(node ?? '');
    if (kind === 'left' || kind === 'lost') members.delete(node ?? '');
    if (kind === 'roleServes') serving.add(role ?? '');
    if (kind === 'roleLost') serving.delete(role ?? '');
    if (kind === 'quorumGained' || kind === 'quorumLost') isQuorate = kind === 'quorumGained';
  }
  return { members, serving, isQuorate };
}
