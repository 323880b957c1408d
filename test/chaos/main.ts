/** `npm run chaos`: all kills and all schedules, on clusters side by side, and what befalls runs in the lab. */
import { wordsOf } from './chaos.js';
import { buildProduct } from '../helpers/compiled.js';
import { Endings, endOnSignals } from '../helpers/endings.js';
import { readFlags } from './flags.js';
import { tormentLab } from './lab-part.js';
import { isLabWanted, portionsOf } from './portions.js';
import { tormentSimulated } from './simulated-part.js';
import { terms } from './terms.js';
import { renderTrials, type DonePortion } from './trials-table.js';

const endings = new Endings();
const { lanes, seed, keep: isKeeping = false, ...picks } = readFlags();

endOnSignals(endings);
try {
  const portions = portionsOf(picks);
  if (portions.length > 0) await buildProduct();
  const done: DonePortion[] = [];
  for (const portion of portions) {
    const manner = { lanes, terms: terms[portion.terms], endings, isKeeping, progress };
    done.push({ terms: portion.terms, trials: await tormentSimulated(portion, { ...picks, lanes, seed }, manner) });
  }
  // Whoever asks for the lab alone is not told that all is well when it is left out.
  const isLabWell = !isLabWanted(picks) || ((await tormentLab(endings, progress)) ?? picks.only !== 'lab');
  if (done.length > 0) process.stdout.write(`${renderTrials(done)}\n`);
  if (!isLabWell || done.some(({ trials }) => trials.some(({ complaints }) => complaints.length > 0))) process.exitCode = 1;
} catch (error) {
  progress(wordsOf(error));
  process.exitCode = 1;
} finally {
  await endings.run();
}

function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}
