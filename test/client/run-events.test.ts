import { defaultPayloadConverter } from '@temporalio/common';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { describe, expect, it } from 'vitest';
import { timerWords } from '../../domain/alarms.js';
import { createFailure, type ErrorCode } from '../../domain/errors.js';
import { eventCatalogue, runEventSchema, type RunEvent } from '../../domain/events.js';
import { guardId } from '../../domain/names.js';
import { untouchedNode } from '../../domain/report.js';
import { skippedStart } from '../../domain/scheduled-start.js';
import { toSeenEvent } from '../../histories/follow.js';
import { createEventReader } from '../../histories/run-events.js';
import { exampleReport } from '../domain/example-report.js';
import { readRecordedPaths, type RecordedPath } from '../histories/histories.js';

const paths = await readRecordedPaths();

/** The events of a recorded run, in order of time. */
function eventsOf({ workflows }: RecordedPath): RunEvent[] {
  const [run] = workflows;
  const cluster = run?.workflowId.split('/')[1] ?? '';
  const read = createEventReader({ workflowId: run?.workflowId ?? '', firstExecutionRunId: 'execution' });
  return workflows
    .flatMap(({ workflowId, history }, index) => {
      const name = index === 0 ? 'run' : workflowId === guardId(cluster) ? 'guard' : (workflowId.split('/').at(-1) ?? '');
      return (historyFromJSON(history).events ?? []).map((event) => toSeenEvent(name, event));
    })
    .toSorted((left, right) => left.at - right.at)
    .flatMap(read)
    .map(({ event }) => event);
}
const story = (path: string) => {
  const recorded = paths.find((one) => one.path === path);
  if (recorded === undefined) throw new Error(`no path ${path}`);
  return eventsOf(recorded).map(({ number, node }) => `${number} ${node ?? 'run'}`);
};

const wholeNode = (node: string) => [2001, 2008, 1008, 2004, 2004, 1010, 1011, 1009, 2002].map((number) => `${number} ${node}`);

describe('the events of a run', () => {
  it('that succeeds tell of each node when it is drained, installed, restarted and back', () => {
    expect(story('success')).toEqual(['1003 run', ...wholeNode('node3'), ...wholeNode('node4'), '1004 run']);
  });

  it.each([
    ['failed', ['2005 node3', '1013 node3', '1007 run']],
    ['failed-restart', ['1012 node3', '1017 node3', '1013 node3']],
    ['stop-after-node', ['1021 run', '2003 node4', '1005 run']],
    ['pause', ['2007 run']],
    ['power-cut', ['2006 node3']],
    ['terminated', ['1007 run', '1009 node3']],
    ['nothing-to-do', ['1004 run']],
    ['hooks-and-gates', ['2011 node3', '1013 node3', '2009 node4', '2008 node4', '1009 node4', '2010 node4', '2002 node4']],
  ])('of the path "%s" tell what is special of it, in order', (path, special) => {
    const told = story(path);
    const places = special.map((line) => told.lastIndexOf(line));
    expect(places, told.join(', ')).toEqual(places.toSorted((left, right) => left - right));
    expect(places, told.join(', ')).not.toContain(-1);
  });

  it('have ids of their own, are the same when they are read again, and fit their schema', () => {
    for (const path of paths) {
      const events = eventsOf(path);
      expect(new Set(events.map(({ id }) => id)).size, path.path).toBe(events.length);
      expect(eventsOf(path)).toEqual(events);
      for (const event of events) expect(runEventSchema.parse(event)).toEqual({ ...event, cluster: expect.stringMatching(/^c/) });
    }
  });
});

/** What is said of a history with these events, which are given by the name of their attributes. */
function told(workflow: string, ...happened: readonly Readonly<Record<string, unknown>>[]): string[] {
  const read = createEventReader({ workflowId: 'cau/run/c/1', firstExecutionRunId: 'execution' });
  return happened
    .map((event, index) => toSeenEvent(workflow, { eventId: index + 1, ...event } as never))
    .flatMap(read)
    .map(({ event: { number, node, message } }) => `${number} ${node ?? 'run'}: ${message}`);
}
const payload = (value: unknown) => defaultPayloadConverter.toPayload(value);
const payloads = (value: unknown) => ({ payloads: [payload(value)] });
const scheduled = (name: string, input: unknown) => ({ activityTaskScheduledEventAttributes: { activityType: { name }, input: payloads(input) } });
const completed = (result: unknown) => ({ activityTaskCompletedEventAttributes: { scheduledEventId: 1, result: payloads(result) } });
const timer = (summary: string) => ({ timerStartedEventAttributes: {}, userMetadata: { summary: payload(summary) } });
const rings = { timerFiredEventAttributes: { startedEventId: 1 } };
const nodeEnds = (code: ErrorCode) => {
  const report = { ...untouchedNode('node1', 'Failed', null), startedAt: '2026-01-01T00:00:00.000Z', failure: createFailure(code, 'Why.') };
  return { childWorkflowExecutionCompletedEventAttributes: { result: payloads({ report }) } };
};
const runEnds = (changes: Parameters<typeof exampleReport>[0]) => ({ workflowExecutionCompletedEventAttributes: { result: payloads(exampleReport(changes)) } });
const runFails = (details: unknown) => ({
  workflowExecutionFailedEventAttributes: {
    failure: { message: 'It failed.', applicationFailureInfo: { details: details === null ? null : payloads(details) } },
  },
});
const child = { workflowType: { name: 'updateNode' }, workflowExecution: { workflowId: 'cau/node/c/node1' } };
const signal = (signalName: string, input: unknown) => ({ workflowExecutionSignaledEventAttributes: { signalName, input: payloads(input) } });
const news = (problem: string | null) => signal('target', { target: 'chat', problem, givenUp: 0 });

/** What no recorded run came to: the events of a history, of whose workflow, and what is told. */
const rare: readonly (readonly [string, string, readonly Readonly<Record<string, unknown>>[], readonly string[]])[] = [
  ['a run that takes long', 'run', [timer(timerWords.warnAfter('2h')), rings], ['1001 run: The run takes longer than 2h (warnAfter).']],
  ['a run whose time is over', 'run', [timer(timerWords.stopAfter('3h')), rings], ['1002 run: The run has taken 3h (stopAfter): no further node is begun.']],
  ['any other timer', 'run', [timer('roles leave node1'), rings], []],
  [
    'a hold that an earlier run had left',
    'run',
    [scheduled('endHold', { cluster: 'c', node: 'node1', why: 'its run is over' }), completed({ kind: 'released', because: '' })],
    ['1014 node1: its run is over', '1009 node1: The node is out of maintenance mode.'],
  ],
  ['a busy cluster', 'run', [runFails(createFailure('ClusterBusy', 'Busy.', { remedy: 'Wait.' }))], ['1015 run: ClusterBusy: Busy. Wait.']],
  [
    'too many nodes offline',
    'run',
    [runFails(createFailure('NotReady', 'Offline.', { where: 'nodes.online', remedy: 'Mend.' }))],
    ['1020 run: NotReady: Offline. Mend.'],
  ],
  ['a failure that cannot be read', 'run', [runFails(null)], [expect.stringMatching(/^1007 run: Unexpected: It failed\./)]],
  ['a node that could not be drained', 'run', [nodeEnds('DrainFailed')], ['1016 node1: Why.', '1013 node1: Failed: Why.']],
  ['a node that was not taken out', 'run', [nodeEnds('QuorumAtRisk')], ['1018 node1: Why.', '1013 node1: Failed: Why.']],
  [
    'a node whose workflow broke',
    'run',
    [{ childWorkflowExecutionFailedEventAttributes: { ...child, failure: { message: 'It broke.' } } }],
    ['1013 node1: It broke.'],
  ],
  [
    'a budget that is used up',
    'run',
    [runEnds({ outcome: 'PartiallyFailed', nodes: [untouchedNode('node2', 'Canceled', '1 node failed, 0 may')] })],
    ['1019 run: 1 node failed, 0 may: no further node was begun.', '2003 node2: Canceled: 1 node failed, 0 may', '1006 run: PartiallyFailed: node2 Canceled'],
  ],
  ['a start that was left out', 'run', [runEnds({ outcome: 'Skipped', readiness: [skippedStart('Too late.')] })], ['2012 run: Skipped: Too late.']],
  [
    'a run that was canceled',
    'run',
    [{ workflowExecutionCancelRequestedEventAttributes: {} }],
    [expect.stringMatching(/^1021 run: canceled through Temporal/)],
  ],
  [
    'commands, which the run may refuse,',
    'run',
    [
      signal('skip', { requestId: '1', by: 'me', node: 'node9', reason: 'its disk is old' }),
      signal('stop', { requestId: '2', by: 'me', after: 'step' }),
      signal('approve', { requestId: '3', by: 'me', node: 'node1' }),
      signal('approve', { requestId: '4', by: 'me' }),
      signal('pause', 'nothing that a run takes'),
    ],
    [
      '2007 node9: me asked the run to skip node9: its disk is old',
      '1021 run: me asked the run to stop after the step',
      '2007 node1: me asked the run to take node1 as approved',
      '2007 run: me asked the run to take what waits as approved',
      '2007 run: somebody asked the run to pause',
    ],
  ],
  ['a run that timed out', 'run', [{ workflowExecutionTimedOutEventAttributes: {} }], [expect.stringMatching(/^1007 run: it reached its Temporal timeout/)]],
  [
    'a report that a node does not take',
    'run',
    [
      scheduled('archiveReport', { cluster: 'c', node: 'node1' }),
      { activityTaskFailedEventAttributes: { scheduledEventId: 1, failure: { message: 'The disk is full.' } } },
    ],
    ['1022 node1: The disk is full.'],
  ],
  [
    'a report that the guard of a terminated run cannot hand over',
    'guard',
    [scheduled('archiveReport', { cluster: 'c', node: 'node1' }), { activityTaskTimedOutEventAttributes: { scheduledEventId: 1 } }],
    ['1022 node1: no answer'],
  ],
  ['any other step that fails', 'run', [scheduled('scanNode', { node: 'node1' }), { activityTaskFailedEventAttributes: { scheduledEventId: 1 } }], []],
  [
    'a target that fails, is mended, and fails again',
    'run',
    [news('HTTP 500'), news('HTTP 500'), news(null), news('HTTP 404')],
    ['2014 run: chat: HTTP 500', '2014 run: chat: HTTP 404'],
  ],
];

it.each(rare)('Of %s is told what happened, and nothing else', (_title, workflow, happened, words) => {
  expect(told(workflow, ...happened)).toEqual(words);
});

/** These are in no history: the journal of a node has the first, "cau notify test" makes the second. */
const ofNoHistory = ['stepFailed', 'trial'];

it('Every event of the catalogue is told of a recorded run or of one of those here, unless it is in no history', () => {
  const numbers = [
    ...paths.flatMap(eventsOf).map(({ number }) => number),
    ...rare.flatMap(([, workflow, happened]) => told(workflow, ...happened).map(parseFloat)),
  ];
  const untold = Object.entries(eventCatalogue).filter(([, { number }]) => !numbers.includes(number));
  expect(untold.map(([name]) => name)).toEqual(ofNoHistory);
});

it('Every event has a number of its own', () => {
  const numbers = Object.values(eventCatalogue).map(({ number }) => number);
  expect(new Set(numbers).size).toBe(numbers.length);
});
