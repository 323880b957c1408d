/** What an Updating Run costs beyond its steps' own work: a simulated cluster whose machines take no time of their own. */
import { untilWorkersPoll } from '../../client/pollers.js';
import { awaitReport, startRun } from '../../client/runs.js';
import type { SimulatedTimings, SimulatedUpdate } from '../../clusters/simulated/model.js';
import type * as Simulated from '../../clusters/simulated/simulated-cluster.js';
import { cauProgram } from './coordinators.js';
import type { Endings } from './endings.js';
import { measureEngine, type EngineTime } from './engine-time.js';
import { parseHistory } from './histories.js';
import { makeDirectory, startBenchTemporal, type BenchTemporal } from './temporal.js';

const cluster = 'bench';
const nodes = ['node1', 'node2', 'node3', 'node4'];
const atOnce: SimulatedTimings = { startMs: 0, stopMs: 0, bootMs: 0, joinMs: 0, detectMs: 0, fenceMs: 0, installMs: 0, syncMs: 0 };

/** One Updating Run over all nodes, taken apart. */
export interface SimulatedRun {
  readonly wallMs: number;
  /** The run's own workflow; the time of its nodes' workflows is not counted as its own. */
  readonly run: EngineTime;
  readonly nodes: readonly (EngineTime & { readonly node: string })[];
}

/** Runs that often, each with new versions of the same updates. @throws Error when a run does not succeed */
export async function benchSimulated(runs: number, endings: Endings, progress: (line: string) => void): Promise<SimulatedRun[]> {
  const world = await startBenchTemporal(endings, progress);
  const simulated = await endings.start(startCluster(await makeDirectory(endings), world), (started) => started.stop());
  await untilWorkersPoll(world.temporal, cluster, nodes);
  const results: SimulatedRun[] = [];
  for (let number = 1; number <= runs; number += 1) {
    await simulated.offer(updatesOfVersion(`1.${number}`));
    results.push(await runOnce(world, `bench/${number}`));
    progress(`simulated cluster: run ${number} of ${runs} took ${Math.round(results.at(-1)?.wallMs ?? 0)} ms`);
  }
  return results;
}

/** An ordinary update, one that needs a restart, one that reveals another. */
function updatesOfVersion(version: string): SimulatedUpdate[] {
  return [
    { name: 'app', version },
    { name: 'kernel', version, restart: true },
    { name: 'agent', version },
    { name: 'lib', version, revealedBy: { name: 'agent', version } },
  ];
}

async function startCluster(directory: string, { env }: BenchTemporal): Promise<Simulated.SimulatedCluster> {
  // Its machines are processes of the compiled code.
  const module = new URL('../../dist/clusters/simulated/simulated-cluster.js', import.meta.url).href;
  const { startSimulatedCluster } = (await import(module)) as typeof Simulated;
  return startSimulatedCluster({
    directory,
    cluster,
    nodes,
    roles: [
      { id: 'web', kind: 'primitive', prefers: 'node1' },
      { id: 'db', kind: 'promotable', prefers: 'node2', copies: ['node2', 'node4'] },
      { id: 'shop', kind: 'clone' },
    ],
    packages: { app: '1.0', kernel: '1.0', agent: '1.0', lib: '1.0' },
    updates: [],
    timings: atOnce,
    workerCommand: (_node, machineFile) => ({ command: process.execPath, args: [cauProgram, 'serve', 'node', '--machine-file', machineFile], env }),
  });
}

async function runOnce({ temporal }: BenchTemporal, id: string): Promise<SimulatedRun> {
  const handle = await startRun(temporal, { cluster, options: { plugins: ['simulated'] }, requestedBy: 'bench' }, id);
  const report = await awaitReport(handle);
  const restarts = report.nodes.filter((node) => node.restarts.length === 1 && node.installed === 4);
  if (report.outcome !== 'Succeeded' || restarts.length !== nodes.length) throw new Error(`the run did not do its work: ${JSON.stringify(report)}`);
  const times = parseHistory(await handle.fetchHistory());
  const children = times.children.filter((child) => child.name === 'updateNode');
  const ofNodes = await Promise.all(
    children.map(async (child) => ({
      node: child.workflowId.split('/').at(-1) ?? '',
      ...measureEngine(parseHistory(await temporal.client.workflow.getHandle(child.workflowId, child.runId).fetchHistory())),
    })),
  );
  return { wallMs: times.endedAt - times.startedAt, run: measureEngine(times, children), nodes: ofNodes };
}
