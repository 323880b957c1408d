/** `npm run bench`: what an Updating Run costs beyond its steps, how it compares with a bare shell loop, what a failover costs. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { buildProduct } from '../helpers/compiled.js';
import { Endings, endOnSignals, withEndings } from '../helpers/endings.js';
import { benchFailover } from './failover.js';
import { benchLab } from './lab.js';
import { describeMachine } from './machine-facts.js';
import { summariseFailover, summariseLab, summariseSimulated, targets } from './results.js';
import { benchSimulated } from './simulated.js';
import { renderFailover, renderLab, renderMachine, renderSimulated } from './tables.js';

interface Flags {
  readonly only?: 'simulated' | 'lab' | 'failover';
  readonly runs: number;
  readonly json?: boolean;
}

const endings = new Endings();
const flags = new Command('bench')
  .description('Measures what an Updating Run costs beyond its steps, and compares it with a bare shell loop of the same steps.')
  .addOption(new Option('--only <part>', 'measure only that').choices(['simulated', 'lab', 'failover']))
  .option('--runs <number>', 'how often each is measured', parseCount, 3)
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
  const isRoot = process.getuid?.() === 0;
  if (!isRoot && flags.only === 'lab') throw new Error('The lab needs root, for its namespaces and mounts.');
  if (!isRoot && flags.only === undefined) progress('The lab needs root, for its namespaces and mounts; it is left out.');
  // Machines and workers are the compiled ones: never older than the sources.
  await buildProduct();
  const machine = describeMachine();
  const command = ['npm run bench --', ...process.argv.slice(2)].join(' ');
  if (flags.json !== true) print(renderMachine(machine, command));
  const simulated = !isWanted('simulated') ? null : summariseSimulated(await withEndings(endings, (own) => benchSimulated(flags.runs, own, progress)));
  if (simulated !== null && flags.json !== true) print(renderSimulated(simulated));
  const lab = !isWanted('lab') || !isRoot ? null : summariseLab(await benchLab(flags.runs, endings, progress));
  if (lab !== null && flags.json !== true) print(renderLab(lab));
  const failover = isWanted('failover') ? summariseFailover(await withEndings(endings, (own) => benchFailover(flags.runs, own, progress))) : null;
  if (failover !== null && flags.json !== true) print(renderFailover(failover));
  if (flags.json === true) print(JSON.stringify({ machine, command, targets, simulated, lab, failover }, null, 2));
}

function isWanted(part: Flags['only']): boolean {
  return flags.only === undefined || flags.only === part;
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('It must be a whole number from 1.');
  return count;
}

function print(text: string): void {
  process.stdout.write(`\n${text}\n`);
}

function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}
