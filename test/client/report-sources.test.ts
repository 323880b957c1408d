import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { archivedReports, type RunFilter } from '../../client/report-sources.js';
import { renderReportList } from '../../client/reports/report-list-text.js';
import { untouchedNode } from '../../domain/report.js';
import { exampleReport } from '../domain/example-report.js';

const everything: RunFilter = { cluster: null, last: 100, since: null, until: null };
const reportOf = (cluster: string, day: number) =>
  exampleReport({
    cluster,
    run: { workflowId: `cau/run/${cluster}/2026010${day}`, firstExecutionRunId: '0d3b5a52-3c2e-4d0a-9c5e-6f3f9b2f4a01' },
    startedAt: `2026-01-0${day}T00:00:00.000Z`,
    endedAt: `2026-01-0${day}T00:10:00.000Z`,
    nodes: [{ ...untouchedNode('node1', 'Succeeded', null), installed: 3 }, untouchedNode('node2', 'UpToDate', null)],
  });

describe('the archive of a node', () => {
  let directory: string;
  let unreadable: string[];
  const archive = () => {
    unreadable = [];
    return archivedReports(directory, (file) => unreadable.push(file));
  };
  const idsOf = async (filter: Partial<RunFilter>) => (await archive().select({ ...everything, ...filter })).map(({ workflowId }) => workflowId);

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'cau-archive-'));
    const reports = [reportOf('a', 1), reportOf('b', 2), reportOf('a', 3)];
    await Promise.all(reports.map((report, index) => writeFile(join(directory, `${index}.json`), JSON.stringify(report))));
    await writeFile(join(directory, 'cut.json'), '{"version": 1,');
    await writeFile(join(directory, 'later.json'), JSON.stringify({ ...reportOf('a', 4), version: 2 }));
  });
  afterAll(() => rm(directory, { recursive: true }));

  it('lists runs with the newest first, and names what it cannot read', async () => {
    expect(await idsOf({})).toEqual(['cau/run/a/20260103', 'cau/run/b/20260102', 'cau/run/a/20260101']);
    expect(unreadable.toSorted()).toEqual([join(directory, 'cut.json'), join(directory, 'later.json')]);
  });

  it('lists those of one cluster, of a period whose end is not in it, and no more than asked for', async () => {
    expect(await idsOf({ cluster: 'a' })).toEqual(['cau/run/a/20260103', 'cau/run/a/20260101']);
    expect(await idsOf({ last: 1 })).toEqual(['cau/run/a/20260103']);
    const archived = await archive().select({ ...everything, since: '2026-01-02T00:00:00.000Z', until: '2026-01-03T00:00:00.000Z' });
    expect(archived).toMatchObject([{ workflowId: 'cau/run/b/20260102', result: 'Succeeded', report: { cluster: 'b' } }]);
    expect(renderReportList(archived, false)).toMatch(/2026-01-02T00:00:00.000Z +b +Succeeded +10 min 0 s +1 Succeeded, 1 UpToDate +3 +a test +cau\/run\/b/);
  });

  it('finds a run by its id, else the latest of a cluster or of all', async () => {
    expect(await archive().find('cau/run/a/20260101')).toMatchObject({ startedAt: '2026-01-01T00:00:00.000Z' });
    expect(await archive().find('a')).toMatchObject({ startedAt: '2026-01-03T00:00:00.000Z' });
    expect(await archive().find(null)).toMatchObject({ startedAt: '2026-01-03T00:00:00.000Z' });
    await expect(archive().find('c')).rejects.toMatchObject({ code: 'RunNotFound' });
  });

  it('that is not there is named', async () => {
    await expect(archivedReports('/no/such/archive', () => undefined).find(null)).rejects.toMatchObject({
      code: 'InvalidInput',
      message: expect.stringContaining('/no/such/archive'),
    });
  });
});
