import { expect, test } from 'vitest';
import { longestWait } from './stall.js';

const seen = (id: number, kind: string, at: number, event: object = {}) => ({ workflow: 'run', id, kind, at, event });

test('A decision that was lost with its coordinator counts from when it was due, not from when it was given to another', () => {
  const events = [
    seen(1, 'workflowTaskScheduled', 100),
    seen(2, 'workflowTaskStarted', 110),
    seen(3, 'workflowTaskCompleted', 120),
    seen(4, 'workflowTaskScheduled', 200),
    seen(5, 'workflowTaskTimedOut', 520),
    seen(6, 'workflowTaskScheduled', 520),
    seen(7, 'workflowTaskStarted', 530),
    seen(8, 'workflowTaskCompleted', 560),
  ];
  expect(longestWait(events, 0)).toEqual({ ms: 360, what: 'a decision of run, lost once' });
  expect(longestWait(events, 560).ms).toBe(0);
});

test('A step of a coordinator counts; one of a node, and waiting for other workflows, do not', () => {
  const scheduled = (id: number, at: number, queue: string, name: string) =>
    seen(id, 'activityTaskScheduled', at, { activityTaskScheduledEventAttributes: { taskQueue: { name: queue }, activityType: { name } } });
  const completed = (id: number, at: number, scheduledEventId: number) =>
    seen(id, 'activityTaskCompleted', at, { activityTaskCompletedEventAttributes: { scheduledEventId } });
  const events = [
    scheduled(1, 100, 'cau', 'examineGuard'),
    scheduled(2, 100, 'cau/node/c/node1', 'scanNode'),
    scheduled(3, 100, 'cau', 'awaitClosed'),
    completed(4, 400, 1),
    completed(5, 900, 2),
    completed(6, 2000, 3),
  ];
  expect(longestWait(events, 0)).toEqual({ ms: 300, what: 'examineGuard for run' });
});
