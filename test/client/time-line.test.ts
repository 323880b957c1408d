import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readExportedHistory, readTimeLine } from '../../client/exported-history.js';
import { renderTimeLine } from '../../client/reports/time-line-text.js';
import { timeLineOf } from '../../histories/time-line.js';
import { readRecordedPaths } from '../histories/histories.js';

const directory = mkdtempSync(join(tmpdir(), 'cau-replay-'));
let filesOf: (path: string) => string[];
beforeAll(async () => {
  const paths = await readRecordedPaths();
  filesOf = (path) =>
    (paths.find((one) => one.path === path)?.workflows ?? []).map(({ history }, index) => {
      const file = join(directory, `${path}-${index}.json`);
      writeFileSync(file, JSON.stringify(history));
      return file;
    });
});
afterAll(() => rmSync(directory, { recursive: true }));

describe('the time line of exported histories', () => {
  it('has every workflow of the run, and what happened in the order in which it did', async () => {
    const { workflows, entries } = await readTimeLine(filesOf('success'));
    expect(workflows.map(({ workflow, type, state }) => [workflow, type, state])).toEqual([
      ['run', 'updatingRun', 'completed'],
      ['guard', 'clusterGuard', 'completed'],
      ['node3', 'updateNode', 'completed'],
      ['node4', 'updateNode', 'completed'],
    ]);
    expect(entries.map(({ afterMs }) => afterMs)).toEqual(entries.map(({ afterMs }) => afterMs).toSorted((left, right) => left - right));
    expect(entries[0]).toMatchObject({ afterMs: 0, workflow: 'run', kind: 'event', what: expect.stringContaining('Requested by') });
    const installs = entries.filter(({ workflow, what }) => workflow === 'node3' && what.startsWith('installUpdates'));
    expect(installs.length).toBeGreaterThan(0);
    for (const install of installs) expect(install).toMatchObject({ kind: 'step', attempts: 1, failure: null, ms: expect.any(Number) });
    expect(entries.filter(({ kind }) => kind === 'event').length).toBeGreaterThan(8);
  });

  it('says why a step failed and what was waited for, on one line each', async () => {
    const line = await readTimeLine(filesOf('hooks-and-gates'));
    const lines = renderTimeLine(line, false).split('\n');
    expect(lines.find((one) => one.includes('Gate "door"'))).toMatch(/^ +\+\d+\.\d\d s {2}\S/);
    expect(lines.length).toBe(line.entries.length + line.workflows.length + 2);
  });

  it('is told of a single history, also of one that had not ended', async () => {
    const [, , node = ''] = filesOf('success');
    const events = (JSON.parse(JSON.stringify(await readTimeLine([node]))) as { entries: unknown[] }).entries;
    expect(events.length).toBeGreaterThan(20);
    const history = await readExportedHistory(node);
    const { workflows, entries } = timeLineOf([history.slice(0, 12)]);
    expect(workflows).toMatchObject([{ workflow: 'node3', state: 'running', events: 12 }]);
    expect(entries.some(({ kind, ms }) => kind === 'step' && ms !== null)).toBe(true);
  });

  it.each([
    ['no JSON', 'not json', 'is no exported history'],
    ['another document', '{"a":1}', 'is no exported history'],
    ['a list', '[]', 'is no exported history'],
  ])('is refused of a file with %s, which is named with what to do', async (_what, content, why) => {
    const file = join(directory, 'bad.json');
    writeFileSync(file, content);
    await expect(readExportedHistory(file)).rejects.toMatchObject({
      failure: { code: 'InvalidInput', where: file, message: expect.stringContaining(why), remedy: expect.stringContaining('temporal workflow show') },
    });
  });

  it('is refused of a file that is not there', async () => {
    await expect(readExportedHistory(join(directory, 'none.json'))).rejects.toMatchObject({ failure: { message: expect.stringContaining('cannot be read') } });
  });
});
