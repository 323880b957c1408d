import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Endings } from '../helpers/endings.js';
import { measureTrials, Records, type Trial } from './records.js';

let directory: string;
let file: string;
let measured: string[];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cau-records-'));
  file = join(directory, 'records.jsonl');
  measured = [];
});
afterEach(() => rm(directory, { recursive: true }));

const trial = (id: string): Trial<string> => ({ id, measure: () => Promise.resolve(measured.push(id)).then(() => `result of ${id}`) });
const failing: Trial<string> = { id: 'time/b/1', measure: () => Promise.reject(new Error('the lab did not start')) };
const measure = (trials: readonly Trial<string>[], endAt = Infinity) => measureTrials(trials, new Records(file), endAt, new Endings(), () => undefined);

it('does not measure again what an earlier call has measured', async () => {
  await measure([trial('time/a/1')]);
  expect(await measure([trial('time/a/1'), trial('time/a/2')])).toBe(0);
  expect(measured).toEqual(['time/a/1', 'time/a/2']);
  expect(new Records(file).of('time/a/').map(({ result }) => result)).toEqual(['result of time/a/1', 'result of time/a/2']);
});

it('begins nothing after its time, and tells how much is left', async () => {
  expect(await measure([trial('time/a/1'), trial('time/a/2')], Date.now() - 1)).toBe(2);
  expect(measured).toEqual([]);
});

it('measures the others when a trial fails, and names the one that did', async () => {
  await expect(measure([failing, trial('time/a/1')])).rejects.toThrow('time/b/1: the lab did not start');
  expect(new Records(file).has('time/a/1')).toBe(true);
  expect(new Records(file).has('time/b/1')).toBe(false);
});
