import { expect, it } from 'vitest';
import { renderReportsCsv } from '../../../client/reports/report-csv.js';
import { createFailure } from '../../../domain/errors.js';
import { untouchedNode } from '../../../domain/report.js';
import { exampleReport } from '../../domain/example-report.js';

const update = (name: string, message?: string) => ({ name, from: '1.0', to: '1.1', outcome: 'succeeded', ...(message === undefined ? {} : { message }) });
const node = (name: string) => untouchedNode(name, 'Succeeded', null);

/** Rows by the names of the head line, as any reader of RFC 4180 has them. */
function parse(text: string): Record<string, string>[] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g)) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    if (end === '\r\n') rows.push([]);
    if (end === '') break;
  }
  const [head = [], ...others] = rows;
  return others.filter((row) => row.length === head.length).map((row) => Object.fromEntries(head.map((name, index) => [name, row[index] ?? ''])));
}

it('A table of reports has a row for each update on each node, with the node and the run in each', () => {
  const rows = parse(renderReportsCsv([exampleReport({ nodes: [{ ...node('node1'), inMaintenanceMs: 1500, updates: [update('app'), update('kernel')] }] })]));
  expect(rows).toMatchObject([
    { cluster: 'example', run: 'cau/run/example/20260101T000000Z', runOutcome: 'Succeeded', node: 'node1', inMaintenanceSeconds: '1.5', update: 'app' },
    { node: 'node1', update: 'kernel', fromVersion: '1.0', toVersion: '1.1', updateOutcome: 'succeeded' },
  ]);
});

it('A node without updates has a row too, with why, and what a report does not list is counted', () => {
  const failed = { ...node('node1'), outcome: 'Failed' as const, failure: createFailure('DrainFailed', 'web did not stop.') };
  const rows = parse(renderReportsCsv([exampleReport({ nodes: [failed, { ...node('node2'), updates: [update('app')], updatesCut: 12 }] }), exampleReport()]));
  expect(rows.map(({ node: name, update: what }) => [name, what])).toEqual([
    ['node1', ''],
    ['node2', 'app'],
    ['node2', ''],
  ]);
  expect(rows[0]).toMatchObject({ nodeOutcome: 'Failed', nodeReason: 'DrainFailed: web did not stop.' });
  expect(rows[2]?.['updateMessage']).toMatch(/^12 more updates/);
});

it('Commas, quotes and line ends stay in their field, and nothing becomes a formula', () => {
  const odd = 'said "no",\r\nthen left';
  const rows = parse(renderReportsCsv([exampleReport({ nodes: [{ ...node('node1'), updates: [update('app', odd), update('=HYPERLINK("http://x")')] }] })]));
  expect(rows).toHaveLength(2);
  expect(rows[0]?.['updateMessage']).toBe(odd);
  expect(rows[1]?.['update']).toBe('\'=HYPERLINK("http://x")');
});
