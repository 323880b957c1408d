/** What it brings and costs to work side by side: several nodes of a cluster at once, and twenty clusters at once. */
import { untilWorkersPoll } from '../../client/pollers.js';
import { awaitReport, startRun } from '../../client/runs.js';
import { verifyRun } from '../../client/verify.js';
import type * as Simulated from '../../clusters/simulated/simulated-cluster.js';
import type { Report } from '../../domain/report.js';
import { cauProgram, importSimulatedCluster } from '../helpers/compiled.js';
import type { Endings } from '../helpers/endings.js';
import { updatesOfVersion, usualPackages, usualRoles } from '../helpers/usual-cluster.js';
import { observeProcesses, type Consumption } from './processes.js';
import { summarise, type Summary } from './statistics.js';
import { makeDirectory, startBenchTemporal, type BenchTemporal } from './temporal.js';

/** One run over a cluster with that many nodes at once at most. */
export interface ParallelRun {
  readonly maxParallelNodes: number;
  readonly wallMs: number;
}

/** Runs over many clusters, all begun at once. */
export interface ManyClusters {
  readonly clusters: number;
  readonly nodesEach: number;
  /** From the first start of a run to the last report. */
  readonly wallMs: number;
  /** From the begin to the end of a node's update, milliseconds, over all nodes. */
  readonly nodeMs: Summary;
  /** One run alone, on one of the clusters, before: the same of its nodes. */
  readonly aloneNodeMs: Summary;
  readonly aloneWallMs: number;
  /** During the runs of all clusters. */
  readonly processes: readonly Consumption[];
  /** Runs of which `cau verify` finds an invariant broken. */
  readonly broken: readonly string[];
}

const parallelNodes = ['node1', 'node2', 'node3', 'node4', 'node5', 'node6', 'node7'];
/** Seven votes: three nodes may be away. */
const limits = [1, 2, 3];

/** One run for each limit over a cluster of seven nodes with the usual delays of a simulated cluster. */
export async function benchParallel(endings: Endings, progress: (line: string) => void): Promise<ParallelRun[]> {
  const world = await startBenchTemporal(endings, progress);
  const simulated = await startCluster('parallel', parallelNodes, world, endings);
  await untilWorkersPoll(world.temporal, 'parallel', parallelNodes);
  const results: ParallelRun[] = [];
  for (const maxParallelNodes of limits) {
    await simulated.offer(updatesOfVersion(`1.${maxParallelNodes}`));
    const { wallMs } = await runOnce(world, 'parallel', { maxParallelNodes });
    results.push({ maxParallelNodes, wallMs });
    progress(`seven nodes, ${maxParallelNodes} at once: ${Math.round(wallMs)} ms`);
  }
  return results;
}

/** Every cluster has workers of its own; Temporal and two coordinators serve all. */
export async function benchManyClusters(clusters: number, nodesEach: number, endings: Endings, progress: (line: string) => void): Promise<ManyClusters> {
  const world = await startBenchTemporal(endings, progress);
  const nodes = Array.from({ length: nodesEach }, (_, index) => `node${index + 1}`);
  const names = Array.from({ length: clusters }, (_, index) => `many${index + 1}`);
  const simulated: Simulated.SimulatedCluster[] = [];
  for (const name of names) {
    simulated.push(await startCluster(name, nodes, world, endings));
    await untilWorkersPoll(world.temporal, name, nodes);
  }
  progress(`${clusters} clusters of ${nodesEach} nodes are up`);
  await simulated[0]?.offer(updatesOfVersion('1.1'));
  const alone = await runOnce(world, names[0] ?? '', {});
  progress(`one run alone: ${Math.round(alone.wallMs)} ms`);
  await Promise.all(simulated.map((cluster) => cluster.offer(updatesOfVersion('1.2'))));
  const observed = observeProcesses();
  const startedAt = performance.now();
  const runs = await Promise.all(names.map((name) => runOnce(world, name, {})));
  const wallMs = performance.now() - startedAt;
  const processes = observed.end();
  progress(`${clusters} runs at once: ${Math.round(wallMs)} ms`);
  const broken: string[] = [];
  for (const { report } of runs) broken.push(...(await complaintsAbout(world, report)));
  return {
    clusters,
    nodesEach,
    wallMs,
    nodeMs: summarise(runs.flatMap(({ report }) => nodeTimes(report))),
    aloneNodeMs: summarise(nodeTimes(alone.report)),
    aloneWallMs: alone.wallMs,
    processes,
    broken,
  };
}

async function startCluster(cluster: string, nodes: readonly string[], { env }: BenchTemporal, endings: Endings): Promise<Simulated.SimulatedCluster> {
  const { startSimulatedCluster } = await importSimulatedCluster();
  const directory = await makeDirectory(endings);
  return endings.start(
    startSimulatedCluster({
      directory,
      cluster,
      nodes: [...nodes],
      // A copy of the promotable on nodes that every cluster has.
      roles: usualRoles.map((role) => (role.copies === undefined ? role : { ...role, copies: ['node2', 'node3'] })),
      packages: usualPackages,
      updates: [],
      workerCommand: (_node, machineFile) => ({ command: process.execPath, args: [cauProgram, 'serve', 'node', '--machine-file', machineFile], env }),
    }),
    (started) => started.stop(),
  );
}

/** @throws Error when a node was not updated */
async function runOnce({ temporal }: BenchTemporal, cluster: string, options: Readonly<Record<string, unknown>>): Promise<{ report: Report; wallMs: number }> {
  const startedAt = performance.now();
  const id = `bench/${cluster}/${Math.round(startedAt)}`;
  const handle = await startRun(temporal, { cluster, options: { plugins: ['simulated'], ...options }, requestedBy: 'bench' }, id);
  const report = await awaitReport(handle);
  const isDone = report.nodes.every((node) => node.restarts.length === 1 && node.installed === 4);
  if (report.outcome !== 'Succeeded' || !isDone) throw new Error(`the run did not do its work: ${JSON.stringify(report)}`);
  return { report, wallMs: performance.now() - startedAt };
}

async function complaintsAbout({ temporal }: BenchTemporal, { cluster, run: { workflowId } }: Report): Promise<string[]> {
  const { findings } = await verifyRun(temporal, { cluster, workflowId });
  return findings.flatMap(({ id, broken }) => broken.map((words) => `${cluster}: ${id}: ${words}`));
}

const nodeTimes = ({ nodes }: Report) =>
  nodes.flatMap(({ startedAt, endedAt }) => (startedAt === null || endedAt === null ? [] : [Date.parse(endedAt) - Date.parse(startedAt)]));
