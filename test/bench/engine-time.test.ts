import { expect, test } from 'vitest';
import { measureEngine } from './engine-time.js';
import type { StepTimes } from './histories.js';

const step = (name: string, scheduledAt: number, startedAt: number | null, endedAt: number, attempt = 1): StepTimes => ({
  name,
  scheduledAt,
  startedAt,
  endedAt,
  attempt,
});

test('Work, waits and the engine make up the wall time, and steps side by side count once', () => {
  const steps = [step('identifyNode', 110, 120, 150), step('describeCluster', 110, 125, 160), step('holdNode', 170, 180, 200)];
  const measured = measureEngine({ startedAt: 100, endedAt: 300, steps, timers: [{ name: 'timer', startedAt: 210, endedAt: 250 }], children: [] });
  expect(measured).toMatchObject({ wallMs: 200, workMs: 60, waitMs: 40, engineMs: 100 });
  expect(measured.steps.map(({ name, beforeMs }) => [name, beforeMs])).toEqual([
    ['identifyNode', 20],
    ['describeCluster', 25],
    ['holdNode', 20],
  ]);
});

test('Waiting for the restart of a node, or for another attempt, is not taken for the engine', () => {
  const steps = [step('confirmRestarted', 110, 900, 910), step('watchCluster', 920, 1100, 1110, 2), step('scanNode', 1120, null, 1200)];
  const measured = measureEngine({ startedAt: 100, endedAt: 1210, steps, timers: [], children: [] });
  expect(measured).toMatchObject({ wallMs: 1110, workMs: 20, waitMs: 790 + 180 + 80, engineMs: 40 });
  expect(measured.steps.map(({ beforeMs }) => beforeMs)).toEqual([null, null]);
});
