/** What commands print: a result on standard output, everything else on standard error. */
import { renderFailure, type Failure } from '../domain/errors.js';
import { createPaint, showsColours } from '../client/reports/paint.js';

/** One JSON document, or text for eyes. */
export function printResult(value: unknown, json: boolean, text: () => string): void {
  process.stdout.write(`${json ? JSON.stringify(value, null, 2) : text()}\n`);
}

/** A line beside the result. */
export function printNote(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** A failure: what failed, where, why, and what to do next. With `--json` it is the document on standard output. */
export function printFailure(failure: Failure, json: boolean): void {
  if (json) {
    process.stdout.write(`${JSON.stringify({ failure }, null, 2)}\n`);
    return;
  }
  const paint = createPaint(showsColours(process.stderr));
  const page = `docs/errors.md#${failure.code.toLowerCase()}`;
  if (!showsColours(process.stderr)) printNote(`${renderFailure(failure)} (${page})`);
  else printNote(`${paint.red(failure.code)}: ${failure.message}\n${paint.bold('What to do:')} ${failure.remedy} ${paint.dim(page)}`);
}
