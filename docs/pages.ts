/** The pages of the documentation that are made from the code, so that they cannot say anything else. */
import { flagOf } from '../cli/option-flags.js';
import { errorCatalogue } from '../domain/errors.js';
import { eventCatalogue } from '../domain/events.js';
import { describeOptions } from '../domain/option-catalogue.js';
import { profileJsonSchema } from '../domain/profile-schema.js';
import { requestJsonSchema } from '../domain/request-schema.js';

/** Every generated page, by its file name. */
export function renderPages(): Readonly<Record<string, string>> {
  return {
    'errors.md': errorsPage(),
    'options.md': optionsPage(),
    'events.md': eventsPage(),
    'run.schema.json': `${JSON.stringify(requestJsonSchema(), null, 2)}\n`,
    'profile.schema.json': `${JSON.stringify(profileJsonSchema(), null, 2)}\n`,
  };
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

function eventsPage(): string {
  const rows = Object.entries(eventCatalogue).map(([name, { number, level, meaning }]) => `| ${number} | \`${name}\` | ${level} | ${meaning} |`);
  return [
    '# Events of a run',
    '',
    '```',
    'cau events                       the latest run; or CLUSTER, or the id of a run',
    'cau events --follow              stay until the run ends',
    'cau events --follow --json       one JSON document a line',
    '```',
    '',
    'The events are read from the histories that Temporal keeps of the run and of its nodes. So they are complete, need no Update Coordinator, are there as long as Temporal keeps the run, and',
    'each has an `id` that is the same whenever it is told again. Fields: `id`, `number`, `name`, `level`, `at`, `cluster`, `run`, `node` (null for the run itself), `message`.',
    '',
    'Whoever should know of them without looking is told by a webhook or a command: [notifications.md](notifications.md).',
    '',
    "Numbers from 1001 to 1022 are those of Windows' Cluster-Aware Updating for the same case; those from 2001 are ours. A number never changes its meaning. 1023 (the report could not be read) is none: reading a report is no part of a run.",
    '1019 is told with the end of the run, when its report says why nodes were left out.',
    '',
    '| number | name | level | meaning |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
    '## In the journal of a node',
    '',
    'The worker of a node writes what happens on it, and what it does for its peers, to standard error: with its number, name, node and run, and under systemd with its priority. So `journalctl -u cau-node` tells the story of a node without Temporal:',
    '',
    '```',
    '2008 maintenanceBegun node1 (cau/run/production/20260101T220000Z): The node was put into maintenance mode; its roles leave it.',
    '1008 maintenanceEntered node1 (cau/run/production/20260101T220000Z): The node is drained: no role serves there.',
    '2004 updatesInstalled node1 (cau/run/production/20260101T220000Z): app 1.2 succeeded, lib 1.2 succeeded',
    '1010 nodeRestarting node1 (cau/run/production/20260101T220000Z): The node was told to restart.',
    '```',
    '',
    'Maintenance mode is set and ended by a peer: the peer writes it when it does, the node itself when it sees it, within seconds. `journalctl -u cau-node -p warning` has only what went wrong; a step that failed is 2015, with its error code. The report that is archived on the node',
    'closes the story: how the update of this node ended, and the run.',
    '',
  ].join('\n');
}
