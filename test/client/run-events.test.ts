import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { describe, expect, it } from 'vitest';
import { toSeenEvent } from '../../histories/follow.js';
import { createEventReader } from '../../histories/run-events.js';
import { eventCatalogue, runEventSchema, type RunEvent } from '../../domain/events.js';
import { guardId } from '../../domain/names.js';
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

it('Every event has a number of its own', () => {
  const numbers = Object.values(eventCatalogue).map(({ number }) => number);
  expect(new Set(numbers).size).toBe(numbers.length);
});
