/** `npm run bench`: what an Updating Run costs beyond its steps, what a failover costs, and how it compares with a shell loop and with Ansible. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { durationMs, durationSchema } from '../../domain/duration.js';
import { buildProduct } from '../helpers/compiled.js';
import { Endings, endOnSignals, withEndings } from '../helpers/endings.js';
import { benchFailover } from './failover.js';
import { killGrids } from './faults/kill-tables.js';
import { killTrials, victims, type KillResult } from './faults/kills.js';
import { troubleGrids } from './faults/trouble-tables.js';
import { troubleTrials, type TroubleResult } from './faults/troubles.js';
import { renderGrid, writePage } from './grid.js';
import type { LabRun } from './lab-run.js';
import { timeTrials, tools, usualTools, type Tool } from './lab.js';
import { describeMachine } from './machine-facts.js';
import { measureTrials, Records, type Trial } from './records.js';
import { summariseFailover, summariseLab, summariseSimulated, targets } from './results.js';
import { benchManyClusters, benchParallel } from './side-by-side.js';
import { benchSimulated } from './simulated.js';
import { renderManyClusters, renderParallel } from './side-by-side-tables.js';
import { labGrids, renderFailover, renderMachine, renderSimulated } from './tables.js';

const parts = ['simulated', 'parallel', 'clusters', 'failover', 'lab', 'kills', 'troubles'] as const;
type Part = (typeof parts)[number];

const nodesEach = 3;

interface Flags {
  readonly only?: readonly Part[];
  readonly runs: number;
  readonly clusters: number;
  readonly tools: readonly Tool[];
  readonly records?: string;
  readonly within?: number;
  readonly page?: string;
  readonly json?: boolean;
}

const endings = new Endings();
const flags = new Command('bench')
  .description('Measures what an Updating Run costs beyond its steps, and compares it with a shell loop and with an Ansible playbook that do the same.')
  .addOption(new Option('--only <parts...>', 'measure only these (default: simulated parallel clusters failover lab)').choices(parts))
  .option('--runs <number>', 'how often each time is measured', parseCount, 3)
  .option('--clusters <number>', 'how many clusters are updated at once, of three nodes each', parseCount, 20)
  .addOption(new Option('--tools <tools...>', 'compare only these').choices(tools).default([...usualTools]))
  .option('--records <file>', 'keep what is measured on a lab there, trial by trial, and do not measure again what is there')
  .option('--within <duration>', 'begin no trial on a lab after that time; with the same records the next call goes on', parseDuration)
  .option('--page <file>', 'put the tables of the lab into their places on that page')
  .option('--json', 'one JSON document on standard output')
  .parse()
  .opts<Flags>();

endOnSignals(endings);
try {
  await bench();
} catch (error) {
  progress(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
} finally {
  await endings.run();
}

async function bench(): Promise<void> {
  const wanted = wantedParts();
  // Machines and workers are the compiled ones: never older than the sources.
  await buildProduct();
  const machine = describeMachine();
  const command = ['npm run bench --', ...process.argv.slice(2)].join(' ');
  if (flags.json !== true) print(renderMachine(machine, command));
  const simulated = wanted.has('simulated') ? summariseSimulated(await withEndings(endings, (own) => benchSimulated(flags.runs, own, progress))) : null;
  if (simulated !== null && flags.json !== true) print(renderSimulated(simulated));
  const parallel = wanted.has('parallel') ? await withEndings(endings, (own) => benchParallel(own, progress)) : null;
  if (parallel !== null && flags.json !== true) print(renderParallel(parallel));
  const clusters = wanted.has('clusters') ? await withEndings(endings, (own) => benchManyClusters(flags.clusters, nodesEach, own, progress)) : null;
  if (clusters !== null && flags.json !== true) print(renderManyClusters(clusters));
  const failover = wanted.has('failover') ? summariseFailover(await withEndings(endings, (own) => benchFailover(flags.runs, own, progress))) : null;
  if (failover !== null && flags.json !== true) print(renderFailover(failover));
  const records = new Records(flags.records);
  const left = await measureTrials(trialsOf(wanted), records, flags.within === undefined ? Infinity : Date.now() + flags.within, endings, progress);
  if (left > 0) progress(`${left} trials are left: the same command goes on.`);
  const lab = summariseLab(new Map(tools.map((tool) => [tool, resultsOf<LabRun>(records, `time/${tool}/`)])));
  const kills = resultsOf<KillResult>(records, 'kill/');
  const troubles = resultsOf<TroubleResult>(records, 'trouble/');
  const grids = [...(lab.tools.length === 0 ? [] : labGrids(lab)), ...killGrids(kills), ...troubleGrids(troubles)];
  if (flags.page !== undefined) await writePage(flags.page, grids);
  if (flags.json === true) print(JSON.stringify({ machine, command, targets, simulated, parallel, clusters, failover, lab, kills, troubles }, null, 2));
  else for (const grid of grids) print(renderGrid(grid));
}

function wantedParts(): ReadonlySet<Part> {
  if (process.getuid?.() === 0) return new Set(flags.only ?? ['simulated', 'parallel', 'clusters', 'failover', 'lab']);
  if (flags.only?.some(needsLab) === true) throw new Error('The lab needs root, for its namespaces and mounts.');
  if (flags.only === undefined) progress('The lab needs root, for its namespaces and mounts; it is left out.');
  return new Set(flags.only ?? ['simulated', 'parallel', 'clusters', 'failover']);
}

const needsLab = (part: Part) => part === 'lab' || part === 'kills' || part === 'troubles';

function trialsOf(wanted: ReadonlySet<Part>): Trial<unknown>[] {
  const [ours, theirs] = [flags.tools.includes('cau'), flags.tools.includes('ansible')];
  return [
    ...(wanted.has('lab') ? timeTrials(flags.runs, flags.tools, progress) : []),
    ...(wanted.has('kills')
      ? killTrials(
          victims.filter((victim) => (victim === 'ansible' ? theirs : ours)),
          progress,
        )
      : []),
    ...(wanted.has('troubles') ? troubleTrials(flags.tools, progress) : []),
  ];
}

function resultsOf<T>(records: Records, beginning: string): T[] {
  return records.of<T>(beginning).map(({ result }) => result);
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('It must be a whole number from 1.');
  return count;
}

function parseDuration(text: string): number {
  const parsed = durationSchema.safeParse(text);
  if (!parsed.success) throw new InvalidArgumentError('It must be a duration with a unit, such as 7m.');
  return durationMs(parsed.data);
}

function print(text: string): void {
  process.stdout.write(`\n${text}\n`);
}

function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}
