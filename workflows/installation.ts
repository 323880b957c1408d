/** Installing until nothing is left: install, scan again, restart if needed, scan again. */
import { durationMs } from '../domain/duration.js';
import { endlessInstallation } from '../domain/endless-installation.js';
import { CauError } from '../domain/errors.js';
import { fitText } from '../domain/payload-size.js';
import type { InstallResult, ScanResult } from '../domain/ports/update-plugin.js';
import { countUpdates, renderUpdate, type Update } from '../domain/updates.js';
import { readyToChange } from './prove-held.js';
import { timeoutOf } from './failures.js';
import type { NodeState } from './node-state.js';
import { nodeStep } from './node-step.js';
import { restart } from './restart.js';
import { scanNode } from './scanning.js';
import { stageScan } from './staging.js';
import { noticeRestart } from './unplanned-restart.js';
import { waiting } from './waiting.js';
import { operation } from './workers.js';

type OperationInput = Parameters<ReturnType<typeof operation>['repairPackages']>[0];

/** Takes the node from its planned updates to none left, at most `maxScanPasses` times over. */
export async function installUntilNothingIsLeft(state: NodeState): Promise<void> {
  // Entered again after a failure, it looks first what is left.
  let updates: readonly Update[] = state.passes === 0 ? state.order.updates : [];
  const firstPass = state.passes;
  let isRepaired = false;
  for (;;) {
    if (updates.length > 0) await installPass(state, updates);
    const scan = await lookAgain(state);
    state.recordInterrupted(scan.updates);
    if (scan.updates.length > 0) {
      refuseRepetition(state, scan.updates, state.passes - firstPass);
      updates = await stage(state, scan);
      continue;
    }
    updates = [];
    if (scan.repairNeeded) {
      if (isRepaired)
        throw new CauError('PackagesBroken', `${state.order.node}: packages are not fully installed, also after a repair.`, { where: state.order.node });
      await repair(state);
      isRepaired = true;
      continue;
    }
    const { restartWhen } = state.order.options;
    if (!scan.restartNeed.needed && (restartWhen !== 'always' || state.restarts.length > 0)) return;
    // A need that outlives the restart made for it would restart the node for ever.
    if (restartWhen === 'never' || state.restartedAfterPass === state.passes) {
      state.restartPending = scan.restartNeed.reasons;
      return;
    }
    state.stopHere();
    await restart(state, scan.restartNeed.needed ? scan.restartNeed.reasons : ['asked for (restartWhen always)']);
  }
}

/** The package data base is clean and has exactly the versions that were installed. */
export async function verifyInstallation(state: NodeState): Promise<void> {
  const { cluster, node } = state.order;
  if (state.installed.length === 0) return;
  state.enter('verifying', 'is the package data base clean, with the planned versions?');
  const verified = await nodeStep(state, { what: 'verifies its packages', summary: `verify the packages of ${node}` }, (activities) =>
    activities.verifyUpdates({ cluster, node, updates: latest(state.installed) }),
  );
  if (!verified.clean) throw new CauError('PackagesBroken', `${node}: ${verified.problems.slice(0, 5).join('; ')}.`, { where: node });
}

async function installPass(state: NodeState, updates: readonly Update[]): Promise<void> {
  const { cluster, node, run, options } = state.order;
  state.stopHere();
  state.passes += 1;
  await readyToChange(state, updates);
  const parts = options.plugins.map((plugin) => ({ plugin, own: updates.filter((update) => update.plugin === plugin) })).filter(({ own }) => own.length > 0);
  const failed: InstallResult['updates'][number][] = [];
  for (const { plugin, own } of parts) {
    state.restartedAfterPass = null;
    state.enter('installing', `${countUpdates(own.length)} by ${plugin}, pass ${state.passes}`);
    const input = { cluster, node, run, pass: state.passes, plugin, updates: [...own] };
    const what = `installation of ${countUpdates(own.length)} by ${plugin}`;
    const answer = await operate(state, { what, summary: `install ${own.length} by ${plugin} on ${node}` }, (activities) => activities.installUpdates(input));
    if (answer.kind === 'interrupted') return mendInterrupted(state, answer.message, updates, { ...input, updates: [] });
    state.record(own, answer.result);
    failed.push(...answer.result.updates.filter((update) => update.outcome === 'failed'));
    if (answer.result.newServices.length > 0)
      state.notes.push(`Services that the updates enabled were turned off again: ${answer.result.newServices.join(', ')}`);
    const { servicesStillOn = [] } = answer.result;
    if (servicesStillOn.length > 0)
      state.notes.push(`Services that the updates enabled could not be turned off, and have to be by hand: ${servicesStillOn.join(', ')}`);
    if (failed.length > 0 && options.stopOnPluginFailure) break;
    const later = parts.slice(parts.findIndex((part) => part.plugin === plugin) + 1);
    if (options.separateRestarts && answer.result.restartNeed.needed && later.length > 0) {
      await restart(state, answer.result.restartNeed.reasons);
      await readyToChange(
        state,
        later.flatMap((part) => part.own),
      );
    }
  }
  if (failed.length > 0) throw new CauError('InstallFailed', `${node}: ${describeFailures(failed)}`, { where: failed[0]?.name ?? node });
}

/**
 * Mends what an installation left that had no end: its node lost its power, or its process was killed. Nobody assumes that
 * it was done or not done; the next scan tells what is left, and what cannot be mended here.
 */
async function mendInterrupted(state: NodeState, message: string, updates: readonly Update[], input: OperationInput): Promise<void> {
  state.notes.push(message);
  state.interrupted.push(...updates);
  await noticeRestart(state);
  await readyToChange(state, updates);
  state.enter('repairing', 'an installation was interrupted; repair and scan anew');
  const mended = await operate(state, repairOf(input), (activities) => activities.repairPackages(input));
  if (mended.kind === 'interrupted') state.notes.push(mended.message);
  else {
    state.repaired.push(...mended.result.repaired);
    state.notes.push(...mended.result.problems.slice(0, 5));
  }
}

/** Mends what an installation before this run left half done; once, since what is broken then needs a person. */
async function repair(state: NodeState): Promise<void> {
  const { cluster, node, run, options } = state.order;
  state.stopHere();
  await readyToChange(state, []);
  state.passes += 1;
  state.enter('repairing', 'packages that are not fully installed');
  for (const plugin of options.plugins) {
    const input = { cluster, node, run, pass: state.passes, plugin, updates: [] };
    const answer = await operate(state, repairOf(input), (activities) => activities.repairPackages(input));
    if (answer.kind === 'interrupted') throw new CauError('PackagesBroken', `${node}: ${answer.message}`, { where: node });
    if (answer.result.problems.length > 0) throw new CauError('PackagesBroken', `${node}: ${answer.result.problems.slice(0, 5).join('; ')}.`, { where: node });
    state.repaired.push(...answer.result.repaired);
  }
  state.notes.push(`Repaired: ${state.repaired.join(', ')}`);
}

/**
 * An operation on the node, whatever happens to its worker and its node meanwhile.
 * @throws CauError `RestartTimeout` when the node does not come back, `InstallFailed` when there is no end in sight
 */
async function operate<T>(
  state: NodeState,
  { what, summary }: { readonly what: string; readonly summary: string },
  act: (activities: ReturnType<typeof operation>) => Promise<T>,
): Promise<T> {
  const { cluster, node, options } = state.order;
  const times = { timeoutMs: durationMs(options.installTimeout), awayMs: durationMs(options.restartTimeout) };
  try {
    return await waiting(state.waits, 'operation', { node, what }, times.timeoutMs, (wait) => act(operation(wait, cluster, node, times, summary)));
  } catch (error) {
    switch (timeoutOf(error)) {
      case null:
        throw error;
      case 'SCHEDULE_TO_START':
        throw new CauError('RestartTimeout', `${node} went away in the middle of an installation and did not come back within ${options.restartTimeout}.`, {
          where: node,
        });
      default:
        throw endlessInstallation(node, options.installTimeout);
    }
  }
}

const repairOf = ({ node, plugin }: OperationInput) => ({
  what: `repair of the packages of ${plugin}`,
  summary: `repair the packages of ${plugin} on ${node}`,
});

/** The first message in full; the other packages by name, since one broken package often takes the rest with it. */
function describeFailures(failed: InstallResult['updates']): string {
  const [first, ...others] = failed;
  const also = others.length === 0 ? '' : ` Also not installed: ${others.map((update) => update.name).join(', ')}.`;
  return fitText(`${first?.name ?? ''} ${first?.version ?? ''}: ${first?.message ?? 'failed'}.${also}`, 800);
}

function lookAgain(state: NodeState): Promise<ScanResult> {
  const { cluster, node, options } = state.order;
  state.enter('scanning', 'is anything left?');
  return scanNode({ cluster, node, board: state.waits, isPatient: true }, options);
}

/** Fetches what appeared, and answers what is there to be installed. */
async function stage(state: NodeState, scan: ScanResult): Promise<readonly Update[]> {
  const { cluster, node, options } = state.order;
  state.enter('staging', `fetch ${scan.updates.length} that appeared`);
  const staged = await stageScan({ cluster, node, options }, scan, state.waits, (gone) =>
    state.notes.push(`Not to be had any more, scanned again: ${gone.join(', ')}`),
  );
  return staged.updates;
}

/** Offered again although installed, or still something after the last pass: the node would never be done. */
function refuseRepetition(state: NodeState, updates: readonly Update[], passes: number): void {
  const again = updates.filter((update) => state.installed.some((done) => done.name === update.name && done.to === update.to));
  if (again.length === 0 && passes < state.order.options.maxScanPasses) return;
  const names = (again.length > 0 ? again : updates).slice(0, 5).map(renderUpdate).join(', ');
  throw new CauError('NotConverging', `${state.order.node} still offers ${names} after ${passes} passes.`, { where: state.order.node });
}

/** The last version of each package that was installed. */
function latest(installed: readonly Update[]): Update[] {
  return [...new Map(installed.map((update) => [`${update.plugin} ${update.name}`, update])).values()];
}
