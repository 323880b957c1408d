import { expect, test } from 'vitest';
import { momentsOf } from './moments.js';

const history = (workflow: string, ...kinds: readonly string[]) => kinds.map((kind, index) => ({ workflow, id: index + 1, kind }));

test('There is a moment after every write to a history, and none inside of one', () => {
  const writes = [
    ['workflowExecutionStarted', 'workflowTaskScheduled'],
    ['workflowTaskStarted'],
    ['workflowTaskCompleted', 'upsertWorkflowSearchAttributes', 'activityTaskScheduled', 'activityTaskScheduled'],
    ['activityTaskStarted', 'activityTaskCompleted', 'workflowTaskScheduled'],
    ['activityTaskStarted', 'activityTaskCompleted'],
    ['workflowTaskStarted'],
    ['workflowTaskTimedOut'],
    ['workflowTaskScheduled'],
    ['workflowTaskStarted'],
    ['workflowTaskCompleted', 'timerStarted', 'signalExternalWorkflowExecutionInitiated'],
    ['externalWorkflowExecutionSignaled', 'workflowTaskScheduled'],
    ['timerFired'],
    ['workflowTaskStarted'],
    ['workflowTaskCompleted', 'workflowExecutionCompleted'],
  ];
  const ends = writes.map((_, index) => writes.slice(0, index + 1).flat().length);
  expect(momentsOf(history('node1', ...writes.flat())).map(({ event }) => event)).toEqual(ends);
});

test('Histories that grew side by side have moments of their own, in the order of time', () => {
  const [run, guard] = [
    history('run', 'workflowExecutionStarted', 'workflowTaskScheduled'),
    history('guard', 'workflowExecutionStarted', 'workflowTaskScheduled'),
  ];
  expect(momentsOf([run[0], guard[0], guard[1], run[1]].filter((event) => event !== undefined))).toEqual([
    { workflow: 'guard', event: 2 },
    { workflow: 'run', event: 2 },
  ]);
});
