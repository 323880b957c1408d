/** `cau events`: the story of a run as events, for people and for machines. */
import type { Command } from 'commander';
import { runEvents } from '../../client/events.js';
import { renderEvent } from '../../client/reports/event-text.js';
import { showsColours } from '../../client/reports/paint.js';
import { requireRun } from '../../client/runs.js';
import { flagsOf, withTemporal } from '../session.js';

export function addEventsCommand(program: Command): void {
  program
    .command('events')
    .description("Tell the events of a run, with the numbers of Windows' CAU where it has one. With --json: one JSON document a line.")
    .argument('[cluster or run id]', 'the latest run, that of a cluster, or the one with this id')
    .option('--follow', 'stay until the run ends')
    .action(async (name: string | undefined, _flags: object, self: Command) => {
      const flags = flagsOf<{ follow?: boolean }>(self);
      await withTemporal(flags, async ({ temporal, configuration, json }) => {
        const handle = await requireRun(temporal, name ?? configuration.cluster.value);
        const leaving = new AbortController();
        process.once('SIGINT', () => leaving.abort());
        const colours = showsColours(process.stdout);
        for await (const event of runEvents(temporal, handle, flags.follow === true, leaving.signal)) {
          process.stdout.write(`${json ? JSON.stringify(event) : renderEvent(event, colours)}\n`);
        }
      });
    });
}
