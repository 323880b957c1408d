/** The pages of the documentation that are made from the code, so that they cannot say anything else. */
import { flagOf } from '../cli/option-flags.js';
import { errorCatalogue } from '../domain/errors.js';
import { describeOptions } from '../domain/option-catalogue.js';
import { requestJsonSchema } from '../domain/request-schema.js';

/** Every generated page, by its file name. */
export function renderPages(): Readonly<Record<string, string>> {
  return { 'errors.md': errorsPage(), 'options.md': optionsPage(), 'run.schema.json': `${JSON.stringify(requestJsonSchema(), null, 2)}\n` };
}

function errorsPage(): string {
  const entries = Object.entries(errorCatalogue).map(([code, { cause, remedy, retryable }]) =>
    [
      `## ${code}`,
      '',
      cause,
      '',
      `**What to do:** ${remedy}`,
      ...(retryable ? ['', 'It may pass by itself: the step is tried again, or another node is asked.'] : []),
      '',
    ].join('\n'),
  );
  return [
    '# Errors',
    '',
    'A failure names what failed, where, why and what to do next, in the same words in the command line, the report and the Temporal Web UI. These are all there are. A message of',
    'its own comes before the general sentence here; where it knows a better remedy, it says that instead.',
    '',
    ...entries,
  ].join('\n');
}

function optionsPage(): string {
  const rows = describeOptions().map(({ name, default: value, allowed, meaning }) => {
    const shown = JSON.stringify(value).replaceAll('"', '');
    return `| \`${name}\` | \`${flagOf(name)}\` | \`${shown}\` | ${allowed} | ${meaning} |`;
  });
  return [
    '# Options of an Updating Run',
    '',
    'Given as `options` in the input of the workflow, or as flags of `cau run` and `cau preview`. What is not given is taken from the profile, else from the defaults; each effective value and its origin is in the report.',
    '`cau options` prints this table, and `cau options --schema` the [JSON Schema](run.schema.json) of the whole input, which an editor can complete and check it by. Options that contradict each other are refused before anything is touched.',
    '',
    '| option | flag | default | allowed | meaning |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}
