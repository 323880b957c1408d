/** Whose turn it is: what a run waits for before it begins another node. */
import { timerWords } from '../domain/alarms.js';
import { approvalDue, type ApprovalDue } from '../domain/approval.js';
import { durationMs } from '../domain/duration.js';
import type { SettledWindow } from '../domain/maintenance-window.js';
import type { RunState } from './run-state.js';
import { waiting } from './waiting.js';

/** Waits until the node may be begun as far as people and the clock are concerned, or the run is to end. Every wait has a deadline: it holds the cluster against every other run. Tells whether it waited. */
export async function awaitTurn(state: RunState, node: string): Promise<boolean> {
  for (let hasWaited = false; ; hasWaited = true) {
    if (state.stop !== null) return hasWaited;
    if (state.paused !== null) {
      await awaitResume(state, state.paused);
      continue;
    }
    const due = approvalDue(state.options.values.approval, { next: node, begun: state.begunNodes, granted: state.granted });
    if (state.skipped.has(node)) return hasWaited;
    if (due !== null) await awaitApproval(state, due, node);
    else if (isClosedYet(state.window)) await awaitOpening(state, state.window);
    else return hasWaited;
  }
}

async function awaitResume(state: RunState, paused: NonNullable<RunState['paused']>): Promise<void> {
  const { pauseTimeout } = state.options.values;
  const { by, reason: why, at } = paused;
  state.enter('paused');
  await waiting(state.waits, 'resume', { by, why }, at.getTime() + durationMs(pauseTimeout) - Date.now(), async (resume) => {
    const isTold = () => state.paused !== paused || state.stop !== null;
    if (await resume.until(isTold, `the run ends if nobody resumes it within ${pauseTimeout}`)) return;
    state.requestStop(`paused by ${by}${why === '' ? '' : `: ${why}`}, and not resumed within ${pauseTimeout} (pauseTimeout)`, 'node');
  });
  state.enter('updating');
}

/** A pause meanwhile does not end it: what is approved while the run is paused is begun once it goes on. */
async function awaitApproval(state: RunState, due: ApprovalDue, node: string): Promise<void> {
  const { approvalTimeout } = state.options.values;
  state.enter('awaitingApproval');
  state.approvalDue = due;
  await waiting(state.waits, 'approval', due, durationMs(approvalTimeout), async (approval) => {
    const isTold = () => state.granted.has(due.key) || state.stop !== null || state.skipped.has(node);
    if (await approval.until(isTold, timerWords.approval(due.what, approvalTimeout))) return;
    state.requestStop(`${due.what}: not approved within ${approvalTimeout} (approvalTimeout)`, 'node');
  });
  state.approvalDue = null;
  state.enter('updating');
}

function isClosedYet(window: SettledWindow | null): window is OpeningWindow {
  return window !== null && window.opensAt !== null && Date.now() < Date.parse(window.opensAt);
}

type OpeningWindow = SettledWindow & { readonly opensAt: string };

/** A pause meanwhile is answered at once: it outlasts the opening. */
async function awaitOpening(state: RunState, window: OpeningWindow): Promise<void> {
  state.enter('awaitingWindow');
  await waiting(state.waits, 'window', { window }, Date.parse(window.opensAt) - Date.now(), (opening) =>
    opening.until(() => state.stop !== null || state.paused !== null, `the window opens at ${window.opensAt}`),
  );
  state.enter('updating');
}
