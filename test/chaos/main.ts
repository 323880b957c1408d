/** `npm run chaos`: all kills and all schedules, on clusters side by side. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { availableParallelism } from 'node:os';
import { renderTable } from '../../client/reports/table.js';
import { buildProduct } from '../helpers/compiled.js';
import { Endings, endOnSignals } from '../helpers/endings.js';
import { faultWorldOf, recordMoments, tryKills, trySchedules, type Manner, type Trial } from './chaos.js';
import { sampleOf, shareOf } from './sample.js';
import { schedulesOfSeed } from './schedules.js';
import { victims, type Victim } from './single-kill.js';
import { terms, termsNames, type TermsName } from './terms.js';

interface Flags {
  readonly only?: 'kills' | 'schedules';
  readonly terms: TermsName;
  readonly lanes: number;
  readonly seed: number;
  readonly count: number;
  readonly share?: { readonly number: number; readonly parts: number };
  readonly schedule?: number;
  readonly victim?: Victim;
  readonly workflow?: string;
  readonly event?: number;
  readonly sample?: number;
  readonly keep?: boolean;
}

const endings = new Endings();
const flags = new Command('chaos')
  .description('Kills everything after every event of a run, and lets random faults befall runs; every run is verified.')
  .addOption(new Option('--only <part>', 'only that').choices(['kills', 'schedules']))
  .addOption(new Option('--terms <terms>', 'the cluster, and how its runs are asked to update it').choices(termsNames).default('usual' satisfies TermsName))
  .option('--lanes <number>', 'clusters side by side', parseCount, availableParallelism() + 1)
  .option('--seed <number>', 'of the random schedules', parseSeed, Math.floor(Date.now() / 1000))
  .option('--count <number>', 'how many random schedules', parseCount, 300)
  .option('--share <i/n>', 'only the i-th of n parts of all this', parseShare)
  .option('--sample <number>', 'only so many kills, chosen by the seed', parseCount)
  .option('--schedule <number>', 'only that schedule of the seed', parseCount)
  .addOption(new Option('--victim <victim>', 'only kills of that').choices(victims))
  .option('--workflow <name>', 'only kills after events of that history: run, guard, node1, node2 and so on')
  .option('--event <number>', 'only kills after that event', parseCount)
  .option('--keep', 'keep the evidence of every run, not only of those that went wrong')
  .parse()
  .opts<Flags>();
const manner: Manner = { lanes: flags.lanes, terms: terms[flags.terms], endings, isKeeping: flags.keep === true, progress };

endOnSignals(endings);
try {
  await buildProduct();
  progress(`seed ${flags.seed}, terms ${flags.terms}, ${flags.lanes} clusters side by side`);
  const isOneSchedule = flags.schedule !== undefined;
  const kills = flags.only === 'schedules' || isOneSchedule ? [] : await tryAllKills();
  const schedules = flags.only === 'kills' ? [] : await tryAllSchedules();
  process.stdout.write(`${render([...kills, ...schedules])}\n`);
  if ([...kills, ...schedules].some((trial) => trial.complaints.length > 0)) process.exitCode = 1;
} catch (error) {
  progress(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = 1;
} finally {
  await endings.run();
}

async function tryAllKills(): Promise<Trial[]> {
  const moments = await recordMoments(manner);
  const wanted = moments
    .filter(({ workflow, event }) => workflow === (flags.workflow ?? workflow) && event === (flags.event ?? event))
    .flatMap((moment) => victims.filter((victim) => victim === (flags.victim ?? victim)).map((victim) => ({ victim, moment })));
  const kills = shareOf(wanted, flags.share ?? { number: 1, parts: 1 });
  progress(`${moments.length} moments, ${kills.length} kills`);
  return tryKills(flags.sample === undefined ? kills : sampleOf(kills, flags.seed, flags.sample), manner);
}

async function tryAllSchedules(): Promise<Trial[]> {
  const all = schedulesOfSeed(faultWorldOf(manner.terms), flags.seed, Math.max(flags.count, flags.schedule ?? 0)).map((faults, index) => ({
    number: index + 1,
    faults,
  }));
  return trySchedules(
    shareOf(all, flags.share ?? { number: 1, parts: 1 }).filter(({ number }) => number === (flags.schedule ?? number)),
    manner,
  );
}

function render(trials: readonly Trial[]): string {
  const kinds = [...new Set(trials.map(kindOf))];
  const row = (kind: string) => {
    const own = trials.filter((trial) => kindOf(trial) === kind);
    const count = (isSo: (trial: Trial) => boolean) => String(own.filter(isSo).length);
    const outcomes = [...new Set(own.map((trial) => trial.outcome))].map((outcome) => `${outcome} ${count((trial) => trial.outcome === outcome)}`);
    return [kind, String(own.length), count((trial) => trial.done === null), count((trial) => trial.complaints.length > 0), outcomes.join(', ')];
  };
  return renderTable(['', 'runs', 'over before', 'with complaints', 'outcomes'], kinds.map(row));
}

function kindOf({ name }: Trial): string {
  return name.split(' ')[0] ?? '';
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

function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}
