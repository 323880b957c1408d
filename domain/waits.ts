/**
 * Everything that a run, its nodes or its guard may wait for: a closed list. A wait has a reason, a deadline, what
 * happens when that comes, and what a person can do meanwhile; nothing can be waited for without them.
 */
import { z } from 'zod';
import type { SettledWindow } from './maintenance-window.js';

/** What is said of a wait; its times come from whoever waits. */
interface WaitWords {
  readonly reason: string;
  /** What happens when the deadline comes. */
  readonly next: string;
  /** What a person can do now. */
  readonly operatorCan: string;
}

const stops = 'the run ends in order, and nodes that are not begun are canceled';
const countsAsFailed = 'the node is brought back or kept, and counts as failed';
const stopsAfter = '"cau stop --after step" ends the node in order after this step';

/** Each kind of wait in words. `docs/cli.md` says where they are shown. */
export const waits = {
  resume: ({ by, why }: { by: string; why: string }) => ({
    reason: `paused by ${by}${why === '' ? '' : `: ${why}`}`,
    next: stops,
    operatorCan: '"cau resume" lets it go on, "cau stop" ends it',
  }),
  approval: ({ what, node }: { what: string; node: string | null }) => ({
    reason: `approval of ${what}`,
    next: stops,
    operatorCan: `"cau approve${node === null ? '' : ` --node ${node}`}" lets it go on, "cau stop" ends it${node === null ? '' : `, "cau skip ${node}" leaves the node out`}`,
  }),
  window: ({ window: { written, opensAt } }: { window: SettledWindow }) => ({
    reason: `the maintenance window (${written}) opens at ${opensAt ?? 'once'}`,
    next: 'nodes are begun',
    operatorCan: '"cau stop" ends it; a new run without "window" begins at once',
  }),
  cleaning: ({ holder }: { holder: string }) => ({
    reason: `cleaning up after run ${holder}`,
    next: 'this run is refused with ClusterBusy, and nothing was touched',
    operatorCan: '"cau recover" tells what is left of it',
  }),
  guard: ({ cluster }: { cluster: string }) => ({
    reason: `the guard of cluster ${cluster} looks that nothing is left held, and closes`,
    next: 'it gives up, and the nodes release themselves',
    operatorCan: '"cau recover" tells what is left, and ends it',
  }),
  adoption: ({ workflowId }: { workflowId: string }) => ({
    reason: `${workflowId}, begun before this run was reset, is still at work`,
    next: 'the node is reported as failed, and left to its workflow',
    operatorCan: 'its workflow in Temporal tells what it does; "temporal workflow cancel" ends it after its step',
  }),
  nodesClose: ({ run }: { run: string }) => ({
    reason: `nodes that run ${run} had begun end in order`,
    next: 'the guard gives up, and the nodes release themselves',
    operatorCan: '"cau recover" tells what is left, and ends it',
  }),
  delivery: ({ targets }: { targets: readonly string[] }) => ({
    reason: `${targets.join(', ')} is told the events of the run, until it is over and everything is told`,
    next: 'it is told on, from where it was told last',
    operatorCan: '"cau events" tells the same events; "temporal workflow cancel" ends it without harm to the run',
  }),
  packages: ({ node, names }: { node: string; names: readonly string[] }) => ({
    reason: `${names.slice(0, 5).join(', ')} for ${node} left the package sources; scanning it again`,
    next: 'it is scanned and fetched again, and after some times the step fails with StageFailed',
    operatorCan: 'look whether the package sources are complete',
  }),
  sources: ({ node, why }: { node: string; why: string }) => ({
    reason: `the package sources of ${node} fail: ${why}`,
    next: 'the step fails with ScanFailed or StageFailed; nothing was installed by it',
    operatorCan: `look at the package sources of ${node}; "cau stop" ends the run`,
  }),
  member: ({ cluster, why }: { cluster: string; why: string }) => ({
    reason: `no member of ${cluster} can answer: ${why}`,
    next: 'the step fails, and is tried again where that may help',
    operatorCan: 'look whether the nodes are up, have quorum, and run "cau serve node"',
  }),
  rest: ({ cluster }: { cluster: string }) => ({
    reason: `cluster ${cluster} is still moving roles`,
    next: 'it is judged as it is then',
    operatorCan: 'nothing is needed',
  }),
  release: ({ node, because }: { node: string; because: string }) => ({
    reason: `${node} cannot end its hold yet: ${because}`,
    next: 'the hold is left to the node, which ends it by itself',
    operatorCan: 'look what is at work on the node',
  }),
  quorum: ({ node, why }: { node: string; why: string }) => ({
    reason: `${node} cannot be taken out yet: ${why}`,
    next: 'the step fails with QuorumAtRisk, and the run ends in order',
    operatorCan: 'bring back missing nodes and release kept ones ("cau recover"); "cau stop --after step" ends the wait',
  }),
  drained: ({ node }: { node: string }) => ({
    reason: `roles leave ${node}`,
    next: `the drain fails, ${countsAsFailed}`,
    operatorCan: `look at the named role in the cluster; ${stopsAfter}`,
  }),
  held: ({ node }: { node: string }) => ({
    reason: `proof that ${node} is still held`,
    next: `HoldBroken: ${countsAsFailed}`,
    operatorCan: `nothing is needed; ${stopsAfter}`,
  }),
  left: ({ node }: { node: string }) => ({
    reason: `${node} leaves the cluster in order`,
    next: `RestartBlocked: ${countsAsFailed}`,
    operatorCan: `look at the cluster stack of ${node}`,
  }),
  membership: ({ node }: { node: string }) => ({
    reason: `${node} becomes a full member again`,
    next: `RejoinTimeout: ${countsAsFailed}`,
    operatorCan: `look whether the cluster stack of ${node} starts and reaches its peers`,
  }),
  settled: ({ node }: { node: string }) => ({
    reason: `roles, copies and promotion scores come back after ${node}`,
    next: 'the step fails with GateFailed, and the run ends in order',
    operatorCan:
      'mend the named role: "crm_resource --cleanup --resource ID" forgets a failed action whose cause is gone, "crm_resource --refresh --resource ID" has its agent tell its promotion score again',
  }),
  failback: ({ roles }: { roles: readonly string[] }) => ({
    reason: `${roles.slice(0, 5).join(', ')} on the way home`,
    next: 'the preferences that take them there are taken away, and the step fails with GateFailed',
    operatorCan: 'look at the named role in the cluster',
  }),
  hook: ({ node, script, counts }: { node: string; script: string; counts: boolean }) => ({
    reason: `script "${script}" runs on ${node}`,
    next: `it is ended, with all that it started: HookFailed${counts ? ', and the node counts as failed' : ''}`,
    operatorCan: `look on ${node} what it does; the run goes on as soon as it ends`,
  }),
  gate: ({ node, gate, time, seen }: { node: string; gate: string; time: 'before' | 'after'; seen: string }) => ({
    reason: `gate "${gate}" ${time} ${node}, last seen: ${seen}`,
    next: `GateFailed: the node counts as failed${time === 'before' ? ', and is not touched' : ''}`,
    operatorCan: `mend what the gate looks at; "cau stop --after step" ends the wait`,
  }),
  nodeStep: ({ node, what }: { node: string; what: string }) => ({
    reason: `${node} ${what}`,
    next: 'the step fails, and is tried again where that may help',
    operatorCan: `look on ${node} what it waits for; ${stopsAfter}`,
  }),
  operation: ({ node, what }: { node: string; what: string }) => ({
    reason: `${what} on ${node}`,
    next: 'InstallFailed: since nothing ends a package manager, the node is kept in maintenance mode with the reason',
    operatorCan: `look on ${node} what it waits for; ${stopsAfter}`,
  }),
  nextBoot: ({ node }: { node: string }) => ({
    reason: `${node} restarts`,
    next: 'RestartTimeout: the node is kept in maintenance mode with the reason',
    operatorCan: `look at the console of ${node}`,
  }),
  answer: ({ node }: { node: string }) => ({
    reason: `the worker of ${node} answers on which boot it is`,
    next: 'RestartTimeout: the node is kept in maintenance mode with the reason',
    operatorCan: `look whether ${node} is up and runs "cau serve node"`,
  }),
  retry: ({ retry, of, failure }: { retry: number; of: number; failure: string }) => ({
    reason: `retry ${retry} of ${of} after ${failure}`,
    next: 'the step is entered again where it failed',
    operatorCan: `mend what the failure names; ${stopsAfter}`,
  }),
} as const satisfies Record<string, (facts: never) => WaitWords>;

export type WaitKind = keyof typeof waits;
/** What must be known to say that kind of wait in words. */
export type WaitFacts<K extends WaitKind> = Parameters<(typeof waits)[K]>[0];

/** All kinds, for schemas. */
export const waitKinds = Object.keys(waits) as [WaitKind, ...WaitKind[]];

const time = z.iso.datetime();

/** A wait as progress shows it. */
export const waitSchema = z.strictObject({
  kind: z.enum(waitKinds),
  reason: z.string(),
  since: time,
  until: time,
  next: z.string(),
  operatorCan: z.string(),
});
export type Wait = z.infer<typeof waitSchema>;

/** What a node does itself, and most of the time is over soon: worth a word once it lasts. */
const work: readonly WaitKind[] = ['nodeStep', 'operation'];
const noticedMs = 3000;

/** Whether a run that waits like this has to say so to people: work of a node only when it lasts. */
export function isWorthTelling({ kind, since }: Wait, now: number): boolean {
  return !work.includes(kind) || hasLasted({ since }, now);
}

/** Whether it is worth a look: nodes wait for a moment again and again. */
export function hasLasted({ since }: Pick<Wait, 'since'>, now: number): boolean {
  return now - Date.parse(since) >= noticedMs;
}

/** A wait that begins now and lasts `forMs` at most. */
export function createWait<K extends WaitKind>(kind: K, facts: WaitFacts<K>, now: Date, forMs: number): Wait {
  const inWords = waits[kind] as (facts: WaitFacts<K>) => WaitWords;
  return { kind, ...inWords(facts), since: now.toISOString(), until: new Date(now.getTime() + forMs).toISOString() };
}

/** What an approval is waited for by a run that is paused besides: both have to come. */
export function whilePaused(wait: Wait, { by, reason }: { readonly by: string; readonly reason: string }): Wait {
  if (wait.kind !== 'approval') return wait;
  const pause = waits.resume({ by, why: reason });
  return { ...wait, reason: `${wait.reason}; besides, ${pause.reason}`, operatorCan: `${wait.operatorCan}; and ${pause.operatorCan}` };
}

/** One line for eyes. */
export function renderWait({ reason, since, until, next, operatorCan }: Wait): string {
  return `${reason}; since ${since}, until ${until}; then ${next}. Now: ${operatorCan}.`;
}
