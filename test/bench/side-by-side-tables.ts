/** The figures of what works side by side, for eyes. */
import { renderTable } from '../../client/reports/table.js';
import type { ManyClusters, ParallelRun } from './side-by-side.js';
import type { Summary } from './statistics.js';

const seconds = (ms: number) => (ms / 1000).toFixed(1);
const spread = ({ median, p95, max }: Summary) => [seconds(median), seconds(p95), seconds(max)];

/** One line for each limit. */
export function renderParallel(runs: readonly ParallelRun[]): string {
  const one = runs.find((run) => run.maxParallelNodes === 1)?.wallMs;
  return [
    'Simulated cluster of 7 nodes: seconds of a run',
    renderTable(
      ['maxParallelNodes', 'wall, s', 'of one at a time'],
      runs.map(({ maxParallelNodes, wallMs }) => [String(maxParallelNodes), seconds(wallMs), one === undefined ? '' : (wallMs / one).toFixed(2)]),
    ),
  ].join('\n');
}

/** Times, then memory and processor time by kind of process, then what was broken. */
export function renderManyClusters({ clusters, nodesEach, wallMs, nodeMs, aloneNodeMs, aloneWallMs, processes, broken }: ManyClusters): string {
  return [
    `${clusters} simulated clusters of ${nodesEach} nodes, one Temporal, two coordinators: seconds`,
    renderTable(
      ['', 'wall', 'a node: median', 'p95', 'most'],
      [
        ['one run alone', seconds(aloneWallMs), ...spread(aloneNodeMs)],
        [`${clusters} runs at once`, seconds(wallMs), ...spread(nodeMs)],
      ],
    ),
    renderTable(
      ['processes', 'how many', 'MiB each: mean', 'most', 'processor time of all, s'],
      processes.map(({ kind, count, meanMiB, mostMiB, cpuSeconds }) => [kind, String(count), meanMiB.toFixed(0), mostMiB.toFixed(0), cpuSeconds.toFixed(1)]),
    ),
    broken.length === 0 ? 'cau verify finds no invariant broken in any of the runs.' : `Broken: ${broken.join('; ')}`,
  ].join('\n');
}
