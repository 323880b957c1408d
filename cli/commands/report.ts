/** `cau report`: runs that are over, one by one, as a list, or as a file for others. */
import { Option, type Command } from 'commander';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { archivedReports, temporalReports, type FoundRun, type ReportSource } from '../../client/report-sources.js';
import { renderReportsCsv } from '../../client/reports/report-csv.js';
import { renderReportsHtml } from '../../client/reports/report-html.js';
import { countOutcomes, installedIn, renderReportList } from '../../client/reports/report-list-text.js';
import { renderReport } from '../../client/reports/report-text.js';
import { showsColours } from '../../client/reports/paint.js';
import { loadConfiguration, type Configuration } from '../../configuration/configuration.js';
import { whyOfFile } from '../../configuration/file-trouble.js';
import { CauError } from '../../domain/errors.js';
import type { Report } from '../../domain/report.js';
import { printNote, printResult } from '../output.js';
import { addPeriodFlags, readPeriodFlags, type PeriodFlags } from '../period-flags.js';
import { flagsOf, withTemporal, type GlobalFlags } from '../session.js';

interface ReportFlags extends GlobalFlags {
  readonly archive?: string | true;
}

interface ExportFlags extends ReportFlags, PeriodFlags {
  readonly format: Format;
  readonly output?: string;
}

const formats = ['html', 'csv'] as const;
type Format = (typeof formats)[number];
const renderers: Readonly<Record<Format, (reports: readonly Report[]) => string>> = { html: renderReportsHtml, csv: renderReportsCsv };

const usualLength = 20;
const oneRun = '[cluster or run id]';

export function addReportCommand(program: Command): void {
  const report = program.command('report').description('Reports of finished runs.');
  const add = (name: string, description: string, argument: string) =>
    report
      .command(name)
      .description(description)
      .argument(argument)
      .option('--archive [directory]', "read a node's archive instead of Temporal, which forgets; without a directory that of this node");

  add('show', 'Show the report of the latest run, of that of a cluster, or of the one with this id.', oneRun).action(
    async (name: string | undefined, _flags: object, self: Command) => {
      const flags = flagsOf<ReportFlags>(self);
      await withReports(flags, async (source, configuration) => {
        const found = await source.find(name ?? configuration.cluster.value);
        printResult(found, flags.json === true, () => renderReport(found, showsColours(process.stdout)));
      });
    },
  );

  addPeriodFlags(add('list', `List runs, the newest first: of a cluster or of all, the latest ${usualLength} when nothing else is said.`, '[cluster]')).action(
    async (cluster: string | undefined, _flags: object, self: Command) => {
      const flags = flagsOf<ReportFlags & PeriodFlags>(self);
      const period = readPeriodFlags(flags, usualLength);
      await withReports(flags, async (source, configuration) => {
        const runs = await source.select({ cluster: cluster ?? configuration.cluster.value, ...period });
        printResult({ runs: runs.map(toListed) }, flags.json === true, () =>
          runs.length === 0 ? nothing : renderReportList(runs, showsColours(process.stdout)),
        );
      });
    },
  );

  addPeriodFlags(add('export', 'Write a report for others: as a web page, or as a table with a row for each update on each node.', oneRun))
    .addOption(new Option('--format <format>', 'a web page, complete in itself, or a table for spreadsheets').choices(formats).default('html'))
    .option('--output <file>', 'where to; standard output when it is left out')
    .addHelpText('after', '\nWith --last, --since or --until the reports of several runs are written into one file.')
    .action(async (name: string | undefined, _flags: object, self: Command) => {
      const flags = flagsOf<ExportFlags>(self);
      const isSeveral = flags.last !== undefined || flags.since !== undefined || flags.until !== undefined;
      const period = readPeriodFlags(flags, usualLength);
      await withReports(flags, async (source, configuration) => {
        const meant = name ?? configuration.cluster.value;
        const reports = isSeveral ? withReport(await source.select({ cluster: clusterIn(meant), ...period })) : [await source.find(meant)];
        await writeOut(reports, flags);
      });
    });
}

const nothing = [
  'No run of that time is known here.',
  'Temporal keeps a run for as long as its retention says. Each node keeps the reports of all: "cau report list --archive" on a node.',
].join('\n');

async function withReports(flags: ReportFlags, act: (source: ReportSource, configuration: Configuration) => Promise<void>): Promise<void> {
  const { archive } = flags;
  if (archive === undefined) return withTemporal(flags, ({ temporal, configuration }) => act(temporalReports(temporal), configuration));
  const configuration = loadConfiguration(flags);
  const directory = archive === true ? join(configuration.stateDirectory.value, 'reports') : archive;
  await act(
    archivedReports(directory, (file) => printNote(`${file} is not a report that this version can read; it is left out.`)),
    configuration,
  );
}

function toListed({ report, ...run }: FoundRun): unknown {
  const told = report === null ? {} : { requestedBy: report.requestedBy, reason: report.reason, nodes: countOutcomes(report), installed: installedIn(report) };
  return { ...run, ...told };
}

function clusterIn(name: string | null): string | null {
  if (name?.includes('/') === true)
    throw new CauError('InvalidInput', `"${name}" is the id of one run; --last, --since and --until are about the runs of a cluster.`, { where: 'last' });
  return name;
}

/** @throws CauError `RunNotFound` when none has a report */
function withReport(runs: readonly FoundRun[]): Report[] {
  for (const { workflowId, result } of runs.filter(({ report }) => report === null)) printNote(`${workflowId} (${result}) has no report; it is left out.`);
  const reports = runs.flatMap(({ report }) => (report === null ? [] : [report]));
  if (reports.length > 0) return reports;
  throw new CauError('RunNotFound', 'No run of that time has a report.', { where: 'run' });
}

async function writeOut(reports: readonly Report[], { format, output, json }: ExportFlags): Promise<void> {
  const content = renderers[format](reports);
  const runs = reports.map(({ run }) => run.workflowId);
  if (output === undefined) {
    if (json === true) printResult({ format, runs, content }, true, () => '');
    else process.stdout.write(content);
    return;
  }
  await writeFile(output, content).catch((cause: unknown) => {
    throw new CauError('InvalidInput', `--output: ${output} cannot be written: ${whyOfFile(cause)}.`, {
      where: 'output',
      cause,
    });
  });
  printResult({ format, runs, file: output }, json === true, () => `${output}: ${runs.length} ${runs.length === 1 ? 'report' : 'reports'}`);
}
