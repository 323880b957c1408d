/** What tormented runs came to, as a table: a row for each kind on each terms. */
import { renderTable } from '../../client/reports/table.js';
import type { Trial } from './chaos.js';
import type { TermsName } from './terms.js';

export interface DonePortion {
  readonly terms: TermsName;
  readonly trials: readonly Trial[];
}

export function renderTrials(done: readonly DonePortion[]): string {
  return renderTable(['terms', '', 'runs', 'over before', 'with complaints', 'outcomes'], done.flatMap(rowsOf));
}

function rowsOf({ terms, trials }: DonePortion): string[][] {
  const kinds = [...new Set(trials.map(kindOf))];
  return kinds.map((kind) => {
    const own = trials.filter((trial) => kindOf(trial) === kind);
    const count = (isSo: (trial: Trial) => boolean) => String(own.filter(isSo).length);
    const outcomes = [...new Set(own.map((trial) => trial.outcome))].map((outcome) => `${outcome} ${count((trial) => trial.outcome === outcome)}`);
    return [terms, kind, String(own.length), count((trial) => trial.done === null), count((trial) => trial.complaints.length > 0), outcomes.join(', ')];
  });
}

function kindOf({ name }: Trial): string {
  return name.split(' ')[0] ?? '';
}
