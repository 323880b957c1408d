import { describe, expect, it } from 'vitest';
import { renderReportsHtml } from '../../../client/reports/report-html.js';
import { createFailure } from '../../../domain/errors.js';
import { untouchedNode, type NodeReport, type Report } from '../../../domain/report.js';
import { exampleReport } from '../../domain/example-report.js';

const hostile = `<script>alert("1")</script>&'`;
const written = '&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;';

const worked: NodeReport = {
  ...untouchedNode('node1', 'Failed', null),
  failure: createFailure('InstallFailed', `app: ${hostile}`),
  startedAt: '2026-01-01T00:00:10.000Z',
  endedAt: '2026-01-01T00:00:40.000Z',
  inMaintenanceMs: 20_000,
  installed: 1,
  failed: 1,
  updates: [
    { name: 'app', from: null, to: hostile, outcome: 'failed', message: hostile },
    { name: 'kernel', from: '1.0', to: '1.1', outcome: 'succeeded' },
  ],
  updatesCut: 7,
  steps: [
    { step: 'draining', at: '2026-01-01T00:00:10.000Z', ms: 10_000 },
    { step: 'installing', at: '2026-01-01T00:00:20.000Z', ms: 20_000 },
  ],
};
const report: Report = exampleReport({
  outcome: 'PartiallyFailed',
  reason: hostile,
  requestedBy: hostile,
  endedAt: '2026-01-01T00:01:40.000Z',
  nodes: [worked, untouchedNode('node2', 'UpToDate', 'nothing to update')],
  roles: [
    {
      role: 'web',
      kind: 'primitive',
      moves: 2,
      measured: { role: 'web', requests: 100, failed: 2, interruptions: [{ from: worked.startedAt ?? '', ms: 1500 }] },
    },
    { role: 'db', kind: 'promotable', moves: 0, measured: null },
  ],
  readiness: [{ id: 'fencing.enabled', severity: 'warning', message: hostile, remedy: 'Enable it.', skipped: false }],
});

describe('the page of a report', () => {
  const page = renderReportsHtml([report]);

  it('tells who, when, how it ended, and what is to be done, node by node', () => {
    expect(page).toContain('<title>Updating Run of cluster example</title>');
    for (const words of [
      'PartiallyFailed',
      '2026-01-01 00:00:00 UTC',
      '1 min 40 s',
      'node2',
      'UpToDate',
      'kernel',
      '7 more are in the history',
      '1.5 s',
      '2 of 100',
      'not measured',
    ])
      expect(page).toContain(words);
    expect(page).toMatch(/Nodes to look at[\s\S]*InstallFailed/);
  });

  it('shows when each node was worked on, as its share of the run', () => {
    expect(page).toContain('style="left:10.00%;width:10.00%"');
    expect(page).toContain('style="left:20.00%;width:20.00%"');
    expect(page.match(/class="step \w+" style/g)).toHaveLength(2);
    expect(page).toContain('roles leave or return');
  });

  it('lets nothing of what packages, scripts and people wrote become part of the page', () => {
    expect(page).not.toContain('<script');
    expect(page.split(written).length - 1).toBeGreaterThanOrEqual(6);
  });

  it('is complete in itself: it loads nothing, runs nothing, and forbids both', () => {
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
    expect(page).not.toMatch(/\b(?:src|href)="(?!#)|url\(|@import/);
  });

  it('closes every element that it opens', () => {
    const open: string[] = [];
    for (const [, slash, name = ''] of page.replace(/<style>[\s\S]*?<\/style>/, '').matchAll(/<(\/?)([a-z][a-z0-9]*)\b[^>]*>/g)) {
      if (['meta', 'br'].includes(name)) continue;
      if (slash === '') open.push(name);
      else expect(open.pop()).toBe(name);
    }
    expect(open).toEqual([]);
  });
});

it('A page of several reports begins with a list of them, each a link to its own', () => {
  const page = renderReportsHtml([report, exampleReport()]);
  expect(page).toContain('<title>2 Updating Runs</title>');
  for (const index of [0, 1]) {
    expect(page).toContain(`href="#run${index}"`);
    expect(page).toContain(`id="run${index}"`);
  }
});
