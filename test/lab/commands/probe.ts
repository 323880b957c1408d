/** `lab probe`: what clients of the cluster's services meet. */
import { Argument, type Command } from 'commander';
import { renderTable } from '../../../client/reports/table.js';
import { continuousAddress, webAddress } from '../place.js';
import { startSeries, type SeriesResult } from '../probe-series.js';
import { parseDuration } from './faults.js';
import { requireLab } from './find-lab.js';

export function addProbeCommand(program: Command): void {
  program
    .command('probe')
    .description('Request a service again and again, whatever earlier requests do, and tell its interruptions in the end.')
    .addArgument(
      new Argument('[service]', 'an address that moves with its web server, or one in front of web servers on all nodes')
        .choices(['web', 'continuous'])
        .default('web'),
    )
    .option('--every <duration>', 'time between requests', '20ms')
    .option('--for <duration>', 'how long (default: until Ctrl-C)')
    .option('--json', 'print the result as JSON')
    .action(async (service: 'web' | 'continuous', flags: { every: string; for?: string; json?: boolean }, self: Command) => {
      const everyMs = parseDuration('--every', flags.every);
      const forMs = flags.for === undefined ? null : parseDuration('--for', flags.for);
      const { place } = await requireLab(self);
      const url = service === 'web' ? webAddress(place) : continuousAddress(place);
      const series = await startSeries(url, everyMs);
      console.error(`${url} is requested every ${flags.every}${flags.for === undefined ? '' : ` for ${flags.for}`}; Ctrl-C ends it.`);
      await untilOver(forMs);
      const result = await series.end();
      console.log(flags.json === true ? JSON.stringify(result, null, 2) : renderSeries(result));
    });
}

function untilOver(forMs: number | null): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve()).once('SIGTERM', () => resolve());
    // Without an end the timer keeps the process alive until Ctrl-C.
    setTimeout(resolve, forMs ?? 2 ** 31 - 1);
  });
}

function renderSeries({ requests, failedOnce, failed, interruptions }: SeriesResult): string {
  const rows = interruptions.map(({ from, ms, before, after }) => [from.slice(11, 23), `${(ms / 1000).toFixed(2)} s`, before || '-', after || 'still out']);
  return [
    `${requests} requests: ${failedOnce} failed, ${failed} of them also when repeated at once.`,
    ...(rows.length === 0 ? ['No interruption.'] : ['', renderTable(['from', 'interruption', 'answered before', 'after'], rows)]),
  ].join('\n');
}
