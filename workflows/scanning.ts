/** Asking a node what it needs, as the options want it, and its package sources for what it lacks. */
import { CauError, type Failure } from '../domain/errors.js';
import type { RunOptions } from '../domain/options.js';
import type { ScanResult } from '../domain/ports/update-plugin.js';
import { failureFrom } from './failures.js';
import { waiting, type WaitBoard, type Waiting } from './waiting.js';
import { longStepMs, sourceStep } from './workers.js';

/** How long package sources that fail are asked again: a mirror may be away for a moment, and a node may be drained meanwhile. */
const patienceMs = 60_000;
const pauseMs = 5000;

/** A node whose package sources are asked, where that shows, and whether sources that fail are waited for. */
export interface SourcesOf {
  readonly cluster: string;
  readonly node: string;
  readonly board: WaitBoard;
  readonly isPatient: boolean;
}

/** Scans a node; changes nothing. @throws CauError `ScanFailed`, `LockHeld`, naming the node */
export function scanNode(of: SourcesOf, { plugins, updates }: RunOptions, summary = `scan ${of.node}`): Promise<ScanResult> {
  const { cluster, node } = of;
  const wanted = updates === 'all' ? {} : { wanted: updates };
  return askSources(of, 'looks for updates', (wait) => sourceStep(wait, cluster, node, summary).scanNode({ cluster, node, plugins, ...wanted }));
}

/**
 * Asks something of a node that needs its package sources; where these fail, again for a while, in view.
 * @param what the node does then, in words that follow its name
 */
export async function askSources<T>({ node, board, isPatient }: SourcesOf, what: string, ask: (wait: Waiting) => Promise<T>): Promise<T> {
  const tryOnce = () => waiting(board, 'nodeStep', { node, what }, longStepMs, (wait) => tried(ask(wait)));
  const first = await tryOnce();
  if ('answer' in first) return first.answer;
  if (!isPatient) throw naming(node, first.failed);
  return waiting(board, 'sources', { node, why: first.failed.message }, patienceMs, async (wait) => {
    for (;;) {
      await wait.sleep(pauseMs, `the package sources of ${node} failed; ask again`);
      const again = await tryOnce();
      if ('answer' in again) return again.answer;
      if (wait.leftMs() === 0) throw naming(node, again.failed);
    }
  });
}

/** An answer, or how the sources failed. @throws whatever else went wrong */
async function tried<T>(asking: Promise<T>): Promise<{ readonly answer: T } | { readonly failed: Failure }> {
  try {
    return { answer: await asking };
  } catch (error) {
    const failed = failureFrom(error);
    if (failed.code !== 'ScanFailed' && failed.code !== 'StageFailed') throw error;
    return { failed };
  }
}

/** A mirror's error says nothing of who asked. */
function naming(node: string, { code, message, remedy, where }: Failure): CauError {
  return new CauError(code, `${node}: ${message}`, { remedy, where: where ?? node });
}
