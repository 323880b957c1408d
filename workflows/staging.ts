/** Fetching what a node is to install, before it is taken out of service. */
import { CauError } from '../domain/errors.js';
import type { RunOptions } from '../domain/options.js';
import type { ScanResult } from '../domain/ports/update-plugin.js';
import { countUpdates } from '../domain/updates.js';
import { askSources, scanNode } from './scanning.js';
import { waiting, type WaitBoard } from './waiting.js';
import { sourceStep } from './workers.js';

const tries = 5;
const pauseMs = 2000;

/**
 * Fetches the updates of a scan. Versions that left the mirror since are not waited for: the node is scanned anew, and what it
 * is offered then is fetched. Answers the scan whose updates are there.
 * @param board where it shows that it waits for the mirror
 * @param onGone told the packages whose planned versions are not to be had any more
 * @throws CauError `StageFailed` when the mirror offers again and again what it does not have
 */
export async function stageScan(
  { cluster, node, options }: { readonly cluster: string; readonly node: string; readonly options: RunOptions },
  scan: ScanResult,
  board: WaitBoard,
  onGone: (names: readonly string[]) => void = () => undefined,
): Promise<ScanResult> {
  let offered = scan;
  for (let attempt = 1; offered.updates.length > 0; attempt += 1) {
    const { updates } = offered;
    const { gone } = await askSources({ cluster, node, board, isPatient: true }, `fetches ${countUpdates(updates.length)}`, (wait) =>
      sourceStep(wait, cluster, node, `stage ${updates.length} on ${node}`).stageUpdates({ cluster, node, updates: [...updates] }),
    );
    if (gone.length === 0) break;
    onGone(gone);
    if (attempt === tries) {
      throw new CauError('StageFailed', `${node}: the package sources offer ${gone.slice(0, 5).join(', ')} and do not have it, also after ${tries} scans.`, {
        where: node,
      });
    }
    // A mirror that is being synchronised has its lists before its packages, or the other way round.
    await waiting(board, 'packages', { node, names: gone }, pauseMs, (wait) =>
      wait.sleep(pauseMs, `${gone[0] ?? ''} is not to be had any more; scan ${node} again`),
    );
    offered = await scanNode({ cluster, node, board, isPatient: true }, options, `scan ${node} again`);
  }
  return offered;
}
