/** What options must fulfil together. */
import { durationMs } from './duration.js';
import { CauError } from './errors.js';
import type { RunOptions } from './options.js';

/** @throws CauError `InvalidInput` that names the field, its value and what is allowed */
export function requireConsistent(options: RunOptions): void {
  const { warnAfter, stopAfter } = options;
  if (warnAfter === 'never' || stopAfter === 'never' || durationMs(warnAfter) < durationMs(stopAfter)) return;
  throw new CauError('InvalidInput', `options.warnAfter: must be shorter than stopAfter (${stopAfter}), or nobody would be warned (given: "${warnAfter}").`, {
    where: 'options.warnAfter',
  });
}
