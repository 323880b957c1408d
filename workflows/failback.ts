/** Taking roles home that the rules of the cluster prefer there, but that stick to where they went. */
import { patched } from '@temporalio/workflow';
import { durationMs } from '../domain/duration.js';
import { CauError } from '../domain/errors.js';
import type { RunReference } from '../domain/names.js';
import type { RunOptions } from '../domain/options.js';
import { baselineOf, findMoves, placementOf, rolesDown, type Baseline, type RolePlacement } from '../domain/placement.js';
import type { WatchAnswer } from '../domain/ports/activities.js';
import { hasOnePlace, type RoleHome, type RolePreference } from '../domain/steering.js';
import type { Finding } from '../domain/report.js';
import { renderVerdict } from '../domain/verdict.js';
import { fail, failureFrom } from './failures.js';
import { seeMoves } from './node-watch.js';
import type { NodeState } from './node-state.js';
import type { RunState } from './run-state.js';
import { untilFrom } from './steering.js';
import { waiting } from './waiting.js';
import { thinkingMs, type Witnesses } from './witnesses.js';

/** Roles with one place that are away from home. */
function homesOf(before: readonly RolePlacement[], now: readonly RolePlacement[]): RoleHome[] {
  return before.filter(hasOnePlace).flatMap(({ role, on: [node = ''] }) => {
    const place = now.find((one) => one.role === role)?.on ?? [];
    return place.length === 0 || place.includes(node) ? [] : [{ role, node }];
  });
}

/** Roles that will be taken home at the end of the run, asked before the first node is touched; none where nobody steers by it. */
export async function homesAtEnd({ witnesses, options: { values } }: RunState): Promise<RoleHome[]> {
  if (values.placement !== 'fewestMoves' || values.failback !== 'end') return [];
  try {
    const returns = await witnesses.ask({
      summary: 'which roles will be taken home?',
      not: null,
      timeoutMs: thinkingMs,
      ask: (activities, target) => activities.findReturns(target),
    });
    return returns.filter(({ by }) => by === 'run').map(({ role, node }) => ({ role, node }));
  } catch {
    // They are taken home all the same; on their way there one of them may move once more than it must.
    return [];
  }
}

/** After the return of a node: the roles that it had before, where that is asked for. */
export async function failBackToNode(state: NodeState): Promise<void> {
  const { node, run, options } = state.order;
  if (options.failback !== 'immediate') return;
  const homes = homesOf(state.baseline.roles, state.placement).filter((home) => home.node === node);
  if (homes.length === 0 || !patched('failback')) return;
  const { witnesses, baseline } = state;
  const { seen, notes } = await failBack({ witnesses, run, of: node, homes, options, baseline, begin: (detail) => state.enter('failingBack', detail) });
  if (seen !== null) seeMoves(state, seen, 'failback');
  state.notes.push(...notes);
}

/**
 * At the end of a run: every role that is not where it was when the run began. A run that was stopped ends without it; what keeps a role from
 * its home is told, and changes nothing about how the run ended, unless it serves nowhere now.
 */
export async function failBackAtEnd(state: RunState): Promise<void> {
  const { witnesses, run, options, firstPlacement } = state;
  if (options.values.failback !== 'end' || state.stop !== null) return;
  try {
    const now = await witnesses.describe(null, 'where are the roles?');
    const homes = homesOf(firstPlacement, placementOf(now));
    if (homes.length === 0) return;
    const { seen, notes } = await failBack({ witnesses, run, of: null, homes, options: options.values, baseline: baselineOf(now), begin: () => undefined });
    state.findings = [...state.findings, ...notes.map(notTakenHome)];
    if (seen === null) return;
    state.failback.push(...findMoves(placementOf(now), seen.placement, 'failback'));
    state.seePlacement(seen.placement);
  } catch (error) {
    const failure = failureFrom(error);
    if (failure.code === 'RoleLost') state.lostAtEnd = failure;
    state.findings = [...state.findings, notTakenHome(`Roles were not taken home: ${failure.message}`)];
  }
}

function notTakenHome(message: string): Finding {
  return {
    id: 'roles.failback',
    severity: 'warning',
    message,
    remedy: 'Look where the roles serve, and move them by hand where that matters.',
    skipped: false,
  };
}

interface Failback {
  readonly witnesses: Witnesses;
  readonly run: RunReference;
  /** The node whose update it belongs to; null: the run itself. */
  readonly of: string | null;
  readonly homes: readonly RoleHome[];
  readonly options: RunOptions;
  readonly baseline: Baseline;
  /** Told when there is something to take home. */
  begin(detail: string): void;
}

/** What was seen last, null where nothing was taken home; and what people should know of it. */
interface TakenHome {
  readonly seen: WatchAnswer | null;
  readonly notes: readonly string[];
}

/**
 * Takes home what can be. That nobody can tell how is no failure: the roles serve where they are.
 * @throws CauError `GateFailed` when the cluster does not settle after it, `RoleLost` when a role then serves nowhere; the preferences are taken away all the same
 */
async function failBack({ witnesses, run, of, homes, options, baseline, begin }: Failback): Promise<TakenHome> {
  const { preferences, notes } = await planFailback(witnesses, homes);
  if (preferences.length === 0) return { seen: null, notes };
  const roles = preferences.map((one) => one.role);
  begin(`${roles.join(', ')} ${roles.length === 1 ? 'goes' : 'go'} home`);
  const steering = { preferences: [...preferences], until: untilFrom(options.settleTimeout) };
  await witnesses.ask({
    summary: `take ${roles.join(', ')} home`.slice(0, 200),
    not: null,
    ask: (activities, target) => activities.steerRoles({ ...target, run, of, steering }),
  });
  try {
    return { seen: await awaitHome({ witnesses, run, of, options, baseline, roles }), notes };
  } finally {
    await witnesses.ask({
      summary: `${roles.join(', ')} stay by themselves`.slice(0, 200),
      not: null,
      ask: (activities, target) => activities.unsteerRoles({ ...target, run, of }),
    });
  }
}

async function planFailback(
  witnesses: Witnesses,
  homes: readonly RoleHome[],
): Promise<{ readonly preferences: readonly RolePreference[]; readonly notes: string[] }> {
  try {
    const { preferences, stuck } = await witnesses.ask({
      summary: `can ${homes.map((home) => home.role).join(', ')} be taken home?`.slice(0, 200),
      not: null,
      timeoutMs: thinkingMs,
      ask: (activities, target) => activities.planFailback({ ...target, homes: [...homes] }),
    });
    return { preferences, notes: stuck.map((role) => `Role "${role}" is preferred where it was, but nothing that a run may do takes it there.`) };
  } catch (error) {
    return { preferences: [], notes: [`Roles were not taken home: ${failureFrom(error).message}`] };
  }
}

type Homecoming = Pick<Failback, 'witnesses' | 'run' | 'of' | 'options' | 'baseline'> & { readonly roles: readonly string[] };

async function awaitHome({ witnesses, run, of, options, baseline, roles }: Homecoming): Promise<WatchAnswer> {
  const timeoutMs = durationMs(options.settleTimeout);
  const node = of ?? witnesses.members[0] ?? '';
  const seen = await waiting(witnesses.board, 'failback', { roles }, timeoutMs, (wait) =>
    witnesses.watch({ condition: 'settled', node, run, baseline, timeoutMs, summary: 'wait until roles are home' }, (reasons) =>
      wait.because(reasons.join('; ')),
    ),
  );
  if (seen.verdict.state === 'impossible') fail(seen.verdict.failure);
  if (seen.verdict.state === 'met') return seen;
  const down = rolesDown(baseline, seen.placement);
  if (down.length > 0) {
    const message = `On their way home ${down.map((role) => `"${role}"`).join(', ')} did not start within ${options.settleTimeout}: ${renderVerdict(seen.verdict)}.`;
    throw new CauError('RoleLost', message, { where: down.join(', ') });
  }
  throw new CauError('GateFailed', `The cluster did not settle within ${options.settleTimeout} after roles were taken home: ${renderVerdict(seen.verdict)}.`, {
    where: node,
  });
}
