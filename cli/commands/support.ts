/** `cau support`: everything that is known of a run, in one file for whoever is to help. */
import type { Command } from 'commander';
import type { WorkflowHandle } from '@temporalio/client';
import { arch, platform, release } from 'node:os';
import { runEvents } from '../../client/events.js';
import { clientFailure } from '../../client/failures.js';
import { statusOf } from '../../client/progress.js';
import { listHistories } from '../../client/run-histories.js';
import { clusterOf, requireRun } from '../../client/runs.js';
import { temporalReports } from '../../client/report-sources.js';
import { renderReportsHtml } from '../../client/reports/report-html.js';
import { verifyRun } from '../../client/verify.js';
import { renderFailure } from '../../domain/errors.js';
import { findPackage } from '../../workers/package-root.js';
import { printNote, printResult } from '../output.js';
import { flagsOf, withTemporal, type GlobalFlags, type Session } from '../session.js';
import { showConfiguration } from '../shown-configuration.js';
import { writeArchive, type ArchivedFile } from '../write-archive.js';

/** What could not be had, and why. */
interface MissingFile {
  readonly name: string;
  readonly reason: string;
}

export function addSupportCommand(program: Command): void {
  program
    .command('support')
    .description('Write everything that is known of a run into one archive: report, events, histories, verification, versions. Changes nothing.')
    .argument('[cluster or run id]', 'the run at work or the latest one, that of a cluster, or the one with this id')
    .option('--output <file>', 'where to; cau-support-CLUSTER-TIME.tar.gz in this directory when it is left out')
    .addHelpText(
      'after',
      '\nWhat cannot be had is named, and the rest is written. It has no passwords, keys or addresses of targets; it has the names of nodes, packages and people, and what scripts wrote.',
    )
    .action(async (name: string | undefined, _flags: object, self: Command) => {
      const flags = flagsOf<{ output?: string }>(self);
      await withTemporal(flags, async (session) => {
        const handle = await requireRun(session.temporal, name ?? session.configuration.cluster.value);
        const cluster = await clusterOf(handle);
        const directory = `cau-support-${cluster}-${new Date().toISOString().replace(/[-:]|\.\d+/g, '')}`;
        const { files, missing } = await gather(session, handle, cluster, flags);
        const file = flags.output ?? `${directory}.tar.gz`;
        await writeArchive(file, directory, files);
        for (const { name: what, reason } of missing) printNote(`${what} is not in it: ${reason}`);
        printResult({ file, files: files.map((one) => one.name), missing }, session.json, () => `${file}: ${files.length} files of run ${handle.workflowId}`);
      });
    });
}

async function gather(
  { temporal }: Session,
  handle: WorkflowHandle,
  cluster: string,
  flags: GlobalFlags,
): Promise<{ readonly files: readonly ArchivedFile[]; readonly missing: readonly MissingFile[] }> {
  const { workflowId } = handle;
  const files: ArchivedFile[] = [];
  const missing: MissingFile[] = [];
  const add = async (name: string, read: () => Promise<string>) => {
    try {
      files.push({ name, content: await read() });
    } catch (error) {
      missing.push({ name, reason: renderFailure(clientFailure(error)) });
    }
  };
  const report = temporalReports(temporal).find(workflowId);
  await add('report.json', async () => json(await report));
  if (missing.length === 0) await add('report.html', async () => renderReportsHtml([await report]));
  await add('status.json', async () => json(await statusOf(temporal, handle)));
  await add('events.jsonl', () => eventLines(temporal, handle));
  await add('verification.json', async () => json(await verifyRun(temporal, { cluster, workflowId })));
  await add('configuration.json', () => Promise.resolve(json(showConfiguration(flags))));
  try {
    for (const { name, read } of await listHistories(temporal, handle)) await add(`histories/${name}.json`, read);
  } catch (error) {
    missing.push({ name: 'histories', reason: renderFailure(clientFailure(error)) });
  }
  await add('about.json', async () => json({ ...(await describeHere(temporal)), cluster, run: workflowId, madeAt: new Date().toISOString(), missing }));
  return { files, missing };
}

async function eventLines(temporal: Session['temporal'], handle: WorkflowHandle): Promise<string> {
  const lines: string[] = [];
  for await (const event of runEvents(temporal, handle, false, new AbortController().signal)) lines.push(`${JSON.stringify(event)}\n`);
  return lines.join('');
}

async function describeHere({ client, address, namespace, taskQueue }: Session['temporal']): Promise<object> {
  const { serverVersion } = await client.workflowService.getSystemInfo({});
  return {
    cau: findPackage().version,
    node: process.versions.node,
    system: `${platform()} ${release()} ${arch()}`,
    temporal: { version: serverVersion, address, namespace, taskQueue },
  };
}

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
