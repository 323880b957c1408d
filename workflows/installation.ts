/** Installing until nothing is left: install, scan again, restart if needed, scan again. */
import { durationMs } from '../domain/duration.js';
import { CauError } from '../domain/errors.js';
import { fitText } from '../domain/payload-size.js';
import type { InstallResult, ScanResult } from '../domain/ports/update-plugin.js';
import { renderUpdate, type Update } from '../domain/updates.js';
import { stopStackFor } from './cluster-stack.js';
import { proveHeld } from './enter-maintenance.js';
import type { NodeState } from './node-state.js';
import { noticeRestart, restart } from './restart.js';
import { stageScan } from './staging.js';
import { longStep, operation } from './workers.js';

/** Takes the node from its planned updates to none left, at most `maxScanPasses` times over. */
export async function installUntilNothingIsLeft(state: NodeState): Promise<void> {
  let updates: readonly Update[] = state.order.updates;
  let isRepaired = false;
  for (;;) {
    if (updates.length > 0) await installPass(state, updates);
    const scan = await scanNode(state);
    if (scan.updates.length > 0) {
      refuseRepetition(state, scan.updates);
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
    if (!scan.restartNeed.needed) return;
    // A need that outlives the restart made for it would restart the node for ever.
    if (state.order.options.restartWhen === 'never' || state.restartedAfterPass === state.passes) {
      state.restartPending = scan.restartNeed.reasons;
      return;
    }
    state.stopHere();
    await restart(state, scan.restartNeed.reasons);
  }
}

/** The package data base is clean and has exactly the versions that were installed. */
export async function verifyInstallation(state: NodeState): Promise<void> {
  const { cluster, node } = state.order;
  if (state.installed.length === 0) return;
  state.enter('verifying', 'is the package data base clean, with the planned versions?');
  const verified = await longStep(cluster, node, `verify the packages of ${node}`).verifyUpdates({ cluster, node, updates: latest(state.installed) });
  if (!verified.clean) throw new CauError('PackagesBroken', `${node}: ${verified.problems.slice(0, 5).join('; ')}.`, { where: node });
}

async function installPass(state: NodeState, updates: readonly Update[]): Promise<void> {
  const { cluster, node, run, options } = state.order;
  state.stopHere();
  state.passes += 1;
  await stopStackFor(state, updates);
  await proveHeld(state);
  for (const plugin of options.plugins) {
    const own = updates.filter((update) => update.plugin === plugin);
    if (own.length === 0) continue;
    state.enter('installing', `${own.length} ${own.length === 1 ? 'update' : 'updates'} by ${plugin}, pass ${state.passes}`);
    const operations = operation(cluster, node, durationMs(options.installTimeout), `install ${own.length} by ${plugin} on ${node}`);
    const input = { cluster, node, run, pass: state.passes, plugin, updates: [...own] };
    const answer = await operations.installUpdates(input);
    if (answer.kind === 'interrupted') {
      state.notes.push(answer.message);
      state.enter('repairing', 'an installation was interrupted; repair and scan anew');
      await operations.repairPackages(input);
      await noticeRestart(state);
      return;
    }
    state.record(own, answer.result);
    const failed = answer.result.updates.filter((update) => update.outcome === 'failed');
    if (failed.length > 0) {
      throw new CauError('InstallFailed', `${node}: ${describeFailures(failed)}`, { where: failed[0]?.name ?? plugin });
    }
    if (answer.result.newServices.length > 0)
      state.notes.push(`Services that the updates enabled were turned off again: ${answer.result.newServices.join(', ')}`);
  }
}

/** Mends what an installation before this run left half done; once, since what is broken then needs a person. */
async function repair(state: NodeState): Promise<void> {
  const { cluster, node, run, options } = state.order;
  state.stopHere();
  await proveHeld(state);
  state.passes += 1;
  state.enter('repairing', 'packages that are not fully installed');
  for (const plugin of options.plugins) {
    const operations = operation(cluster, node, durationMs(options.installTimeout), `repair the packages of ${plugin} on ${node}`);
    const answer = await operations.repairPackages({ cluster, node, run, pass: state.passes, plugin, updates: [] });
    if (answer.kind === 'interrupted') throw new CauError('PackagesBroken', `${node}: ${answer.message}`, { where: node });
    if (answer.result.problems.length > 0) throw new CauError('PackagesBroken', `${node}: ${answer.result.problems.slice(0, 5).join('; ')}.`, { where: node });
    state.repaired.push(...answer.result.repaired);
  }
  state.notes.push(`Repaired: ${state.repaired.join(', ')}`);
}

/** The first message in full; the other packages by name, since one broken package often takes the rest with it. */
function describeFailures(failed: InstallResult['updates']): string {
  const [first, ...others] = failed;
  const also = others.length === 0 ? '' : ` Also not installed: ${others.map((update) => update.name).join(', ')}.`;
  return fitText(`${first?.name ?? ''} ${first?.version ?? ''}: ${first?.message ?? 'failed'}.${also}`, 800);
}

async function scanNode(state: NodeState) {
  const { cluster, node, options } = state.order;
  state.enter('scanning', 'is anything left?');
  return longStep(cluster, node, `scan ${node}`).scanNode({ cluster, node, plugins: options.plugins });
}

/** Fetches what appeared, and answers what is there to be installed. */
async function stage(state: NodeState, scan: ScanResult): Promise<readonly Update[]> {
  const { cluster, node, options } = state.order;
  state.enter('staging', `fetch ${scan.updates.length} that appeared`);
  const staged = await stageScan({ cluster, node, plugins: options.plugins }, scan, (gone) =>
    state.notes.push(`Not to be had any more, scanned again: ${gone.join(', ')}`),
  );
  return staged.updates;
}

/** Offered again although installed, or still something after the last pass: the node would never be done. */
function refuseRepetition(state: NodeState, updates: readonly Update[]): void {
  const again = updates.filter((update) => state.installed.some((done) => done.name === update.name && done.to === update.to));
  if (again.length === 0 && state.passes < state.order.options.maxScanPasses) return;
  const names = (again.length > 0 ? again : updates).slice(0, 5).map(renderUpdate).join(', ');
  throw new CauError('NotConverging', `${state.order.node} still offers ${names} after ${state.passes} passes.`, { where: state.order.node });
}

/** The last version of each package that was installed. */
function latest(installed: readonly Update[]): Update[] {
  return [...new Map(installed.map((update) => [`${update.plugin} ${update.name}`, update])).values()];
}
