/** What the command line of `npm run chaos` says. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { availableParallelism } from 'node:os';
import { victims, type Victim } from './single-kill.js';
import { termsNames, type TermsName } from './terms.js';

const parts = ['kills', 'schedules', 'lab'] as const;
type Part = (typeof parts)[number];

/** What picks a part of what there is on simulated clusters. */
export interface Picks {
  readonly terms?: TermsName;
  readonly count?: number;
  readonly share?: { readonly number: number; readonly parts: number };
  readonly schedule?: number;
  readonly victim?: Victim;
  readonly workflow?: string;
  readonly event?: number;
  readonly sample?: number;
}

export interface Flags extends Picks {
  readonly only?: Part;
  readonly lanes: number;
  readonly seed: number;
  readonly keep?: boolean;
}

export function readFlags(): Flags {
  return new Command('chaos')
    .description('Kills everything after every event of a run, and lets faults befall runs, also on real clusters; every run is verified.')
    .addOption(new Option('--only <part>', 'only that').choices(parts))
    .addOption(
      new Option('--terms <terms>', 'only that cluster, and how its runs are asked to update it (default: all of "usual", a share of the others)').choices(
        termsNames,
      ),
    )
    .option('--lanes <number>', 'clusters side by side', parseCount, availableParallelism() + 1)
    .option('--seed <number>', 'of the random schedules', parseSeed, Math.floor(Date.now() / 1000))
    .option('--count <number>', 'how many random schedules (default: 300)', parseCount)
    .option('--share <i/n>', 'only the i-th of n parts of all this', parseShare)
    .option('--sample <number>', 'only so many kills, chosen by the seed', parseCount)
    .option('--schedule <number>', 'only that schedule of the seed', parseCount)
    .addOption(new Option('--victim <victim>', 'only kills of that').choices(victims))
    .option('--workflow <name>', 'only kills after events of that history: run, guard, node1, node2 and so on')
    .option('--event <number>', 'only kills after that event', parseCount)
    .option('--keep', 'keep the evidence of every run, not only of those that went wrong')
    .parse()
    .opts<Flags>();
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('It must be a whole number from 1.');
  return count;
}

function parseSeed(text: string): number {
  const seed = Number(text);
  if (!Number.isInteger(seed)) throw new InvalidArgumentError('It must be a whole number.');
  return seed;
}

function parseShare(text: string): { number: number; parts: number } {
  const [number = 0, parts = 0] = text.split('/').map(Number);
  if (!Number.isInteger(number) || !Number.isInteger(parts) || number < 1 || number > parts) throw new InvalidArgumentError('It must be such as 2/8.');
  return { number, parts };
}
