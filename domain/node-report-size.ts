/** The report of a node within what a node may return to its run: 8 KiB, whatever happened on it. */
import type { Failure } from './errors.js';
import type { HookRecord } from './hooks.js';
import { fitList, fitText, nodeResultBudgetBytes, payloadBytes } from './payload-size.js';
import type { NodeReport } from './report.js';

const noteRoom = 200;
const attemptRoom = 120;
const hookOutputRoom = 1200;
/** The rest of a hook's record, and what its shortening says. */
const hookRoom = 250;
/** For a few updates, and the braces. */
const updatesRoom = 300;

/**
 * The report cut to its budget. Reasons come first, then failed attempts, restarts, moves and steps; updates get what
 * room is left. Attempts, steps and moves that are cut are named in the notes, updates in `updatesCut`.
 */
export function fitNodeReport({ hooks, ...report }: NodeReport): NodeReport {
  const steps = fitList(report.steps, 1400);
  const moves = fitList(report.moves, 600);
  const attempts = fitList(
    report.attempts.map((attempt) => ({ ...attempt, message: fitBytes(attempt.message, attemptRoom) })),
    900,
  );
  const cut = [...named(steps.cut, 'steps'), ...named(moves.cut, 'moves of roles'), ...named(attempts.cut, 'failed attempts')];
  const bounded: NodeReport = {
    ...report,
    failure: report.failure === null ? null : fitFailure(report.failure),
    reason: report.reason === null ? null : fitBytes(report.reason, 500),
    kept: report.kept === null ? null : fitBytes(report.kept, 500),
    notes: [
      ...cut,
      ...fitList(
        report.notes.map((note) => fitBytes(note, noteRoom)),
        700,
      ).kept,
    ],
    attempts: attempts.kept,
    restarts: fitList(
      report.restarts.map((restart) => ({
        ...restart,
        reasons: fitList(
          restart.reasons.map((reason) => fitBytes(reason, 150)),
          300,
        ).kept,
      })),
      600,
    ).kept,
    restartPending: fitList(
      report.restartPending.map((reason) => fitBytes(reason, 150)),
      400,
    ).kept,
    moves: moves.kept,
    steps: steps.kept,
    updates: [],
  };
  const withHooks = hooks === undefined ? bounded : { ...bounded, hooks: fitHooks(hooks, nodeResultBudgetBytes - payloadBytes(bounded)) };
  const updates = fitList(report.updates, nodeResultBudgetBytes - payloadBytes(withHooks));
  return { ...withHooks, updates: updates.kept, updatesCut: report.updatesCut + updates.cut };
}

/** The ends of what scripts wrote, as far as there is room: the end of an output says most. */
function fitHooks(hooks: readonly HookRecord[], roomBytes: number): HookRecord[] {
  const each = Math.max(0, Math.min(hookOutputRoom, Math.floor((roomBytes - updatesRoom) / hooks.length) - hookRoom));
  return hooks.map((hook) => ({ ...hook, output: fitBytes(hook.output.trimEnd(), each, 'end') }));
}

function fitFailure({ facts, ...failure }: Failure): Failure {
  return {
    ...failure,
    message: fitBytes(failure.message, 900),
    remedy: fitBytes(failure.remedy, 300),
    ...(failure.where === undefined ? {} : { where: fitBytes(failure.where, 200) }),
    ...(facts === undefined || payloadBytes(facts) > 300 ? {} : { facts }),
  };
}

/** Characters may take several bytes; then fewer of them fit. */
function fitBytes(text: string, bytes: number, keep: 'start' | 'end' = 'start'): string {
  for (let characters = bytes; ; characters = Math.floor(characters / 2)) {
    const fitted = fitText(text, characters, keep);
    if (characters === 0 || payloadBytes(fitted) <= bytes + noteRoom / 4) return fitted;
  }
}

function named(cut: number, what: string): string[] {
  return cut === 0 ? [] : [`${cut} more ${what} are in the history of the node's workflow.`];
}
