/** Where reports are read from: Temporal, for as long as it keeps runs, or the archive that every node has of its own. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CauError } from '../domain/errors.js';
import { reportSchema, type Report } from '../domain/report.js';
import type { TemporalClient } from './connection.js';
import { resultOf, resultOfReport, type RunResult } from './run-results.js';
import { awaitReport, listRuns, requireRun } from './runs.js';

/** Which runs are meant: of one cluster or of all, by their start. */
export interface RunFilter {
  readonly cluster: string | null;
  /** The latest ones, at most so many. */
  readonly last: number;
  /** ISO 8601; null: without bound. */
  readonly since: string | null;
  readonly until: string | null;
}

/** A run that was found, with its report where there is one. */
export interface FoundRun extends RunResult {
  readonly workflowId: string;
  readonly cluster: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
}

/** Where reports are found, whichever place that is. */
export interface ReportSource {
  /** The newest first. */
  select(filter: RunFilter): Promise<FoundRun[]>;
  /** The report of the run of that id, or of the latest one of that cluster, or of all. @throws CauError `RunNotFound` */
  find(name: string | null): Promise<Report>;
}

/** How many results are asked for at once. */
const atOnce = 10;

/** The runs that Temporal keeps. */
export function temporalReports(temporal: TemporalClient): ReportSource {
  return {
    async select({ cluster, last, since, until }) {
      const from = since === null ? [] : [`StartTime >= '${since}'`];
      const conditions = [...from, ...(until === null ? [] : [`StartTime < '${until}'`])];
      const runs = await listRuns(temporal, cluster, last, ...(conditions.length === 0 ? [] : [conditions.join(' AND ')]));
      const found: FoundRun[] = [];
      for (let next = 0; next < runs.length; next += atOnce) {
        const some = runs.slice(next, next + atOnce).map(async ({ workflowId, runId, cluster: of, startedAt, endedAt }): Promise<FoundRun> => {
          return { workflowId, cluster: of, startedAt, endedAt, ...(await resultOf(temporal.client.workflow.getHandle(workflowId, runId))) };
        });
        found.push(...(await Promise.all(some)));
      }
      return found;
    },
    async find(name) {
      const handle = await requireRun(temporal, name);
      const { status } = await handle.describe();
      if (status.name === 'RUNNING')
        throw new CauError('RunNotFound', `Run ${handle.workflowId} is not over yet.`, {
          where: handle.workflowId,
          remedy: `Follow it: cau status --follow ${handle.workflowId}`,
        });
      return awaitReport(handle);
    },
  };
}

/** The reports in the archive of a node, or in a copy of it: files of the name `<id>.json`. What is not a report is told to `onUnreadable`. */
export function archivedReports(directory: string, onUnreadable: (file: string) => void): ReportSource {
  const readAll = async (): Promise<Report[]> => {
    const names = await readdir(directory).catch((cause: unknown) => {
      throw new CauError('InvalidInput', `--archive: directory ${directory} cannot be read.`, {
        where: 'archive',
        remedy: 'Name the directory of reports on a node (reports/ in the state directory of its worker), or a copy of it.',
        cause,
      });
    });
    const read = names
      .filter((name) => name.endsWith('.json'))
      .map(async (name) => {
        const report = await readReport(join(directory, name));
        if (report === null) onUnreadable(join(directory, name));
        return report;
      });
    const reports = (await Promise.all(read)).filter((report) => report !== null);
    return reports.toSorted((left, right) => Date.parse(right.startedAt) - Date.parse(left.startedAt));
  };
  return {
    async select({ cluster, last, since, until }) {
      const reports = (await readAll()).filter(
        (report) =>
          (cluster === null || report.cluster === cluster) &&
          (since === null || Date.parse(report.startedAt) >= Date.parse(since)) &&
          (until === null || Date.parse(report.startedAt) < Date.parse(until)),
      );
      return reports.slice(0, last).map((report) => ({
        workflowId: report.run.workflowId,
        cluster: report.cluster,
        startedAt: report.startedAt,
        endedAt: report.endedAt,
        ...resultOfReport(report),
      }));
    },
    async find(name) {
      const isMeant = ({ run, cluster }: Report) => name === null || run.workflowId === name || cluster === name;
      const report = (await readAll()).find(isMeant);
      if (report !== undefined) return report;
      throw new CauError('RunNotFound', `The archive ${directory} has no report${name === null ? '' : ` of "${name}"`}.`, { where: name ?? 'run' });
    },
  };
}

async function readReport(file: string): Promise<Report | null> {
  try {
    return reportSchema.safeParse(JSON.parse(await readFile(file, 'utf8'))).data ?? null;
  } catch {
    return null;
  }
}
