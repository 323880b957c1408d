import { describe, expect, it } from 'vitest';
import { eventOfTimer, timerWords } from '../../domain/alarms.js';
import { decideBudget } from '../../domain/budget.js';
import { createFailure, errorCodes, type ErrorCode } from '../../domain/errors.js';
import { eventCatalogue, eventsOfFailure, eventsOfNode, eventsOfReport, type EventWords } from '../../domain/events.js';
import { nodeOutcomeSchema, runOutcomeSchema, type NodeOutcome, type RunOutcome } from '../../domain/outcomes.js';
import { untouchedNode, type NodeReport } from '../../domain/report.js';
import { skippedStart } from '../../domain/scheduled-start.js';
import { renderVerdict } from '../../domain/verdict.js';
import { exampleReport } from './example-report.js';

const numbersOf = (told: readonly EventWords[]) => told.map(({ name }) => eventCatalogue[name].number);
const at = '2026-01-01T00:00:00.000Z';
/** A node that was begun. */
const node = (outcome: NodeOutcome, changes: Partial<NodeReport> = {}): NodeReport => ({ ...untouchedNode('node1', outcome, null), startedAt: at, ...changes });
const failed = (code: ErrorCode, changes: Partial<NodeReport> = {}) => node('Failed', { failure: createFailure(code, `${code} happened`), ...changes });

/** The errors that have a number of their own when they end the work on a node. */
const ofNode: Partial<Record<ErrorCode, number>> = {
  RestartTimeout: 1012,
  RestartBlocked: 1012,
  RejoinTimeout: 1012,
  DrainFailed: 1016,
  RefusedByOperator: 1016,
  RoleNotManaged: 1016,
  QuorumAtRisk: 1018,
  GateFailed: 2011,
};
const endsOfNode: Record<NodeOutcome, number> = { Succeeded: 2002, UpToDate: 2002, Failed: 1013, NeedsAttention: 1013, Canceled: 2003, Skipped: 2003 };
const endsOfRun: Record<RunOutcome, number> = {
  Succeeded: 1004,
  UpToDate: 1004,
  Skipped: 1004,
  Canceled: 1005,
  PartiallyFailed: 1006,
  NeedsAttention: 1006,
  Failed: 1007,
};

describe('the end of the update of a node', () => {
  it.each(nodeOutcomeSchema.options.map((outcome) => [outcome, endsOfNode[outcome]] as const))('%s is told as %i, with the reason', (outcome, number) => {
    const told = eventsOfNode(node(outcome, { reason: outcome === 'Succeeded' ? null : 'this is why', installed: 2 }));
    expect(numbersOf(told)).toEqual([number]);
    expect(told[0]).toMatchObject({ node: 'node1', message: outcome === 'Succeeded' ? 'Succeeded: 2 updates, 0 restarts' : `${outcome}: this is why` });
  });

  it.each(Object.entries(ofNode) as [ErrorCode, number][])('by %s is told as %i, and then as 1013', (code, number) => {
    const told = eventsOfNode(failed(code));
    expect(numbersOf(told)).toEqual([number, 1013]);
    for (const words of told) expect(words).toMatchObject({ node: 'node1', message: expect.stringContaining(`${code} happened`) });
  });

  it('by any other error is told as 1013 alone', () => {
    const others = errorCodes.filter((code) => !(code in ofNode));
    expect(others.map((code) => [code, ...numbersOf(eventsOfNode(failed(code)))])).toEqual(others.map((code) => [code, 1013]));
  });

  it('in maintenance mode is told as 1017 besides, with the reason, after what went wrong', () => {
    const told = eventsOfNode(failed('DrainFailed', { outcome: 'NeedsAttention', kept: 'web could not be stopped' }));
    expect(numbersOf(told)).toEqual([1016, 1017, 1013]);
    expect(told[1]?.message).toBe('web could not be stopped');
  });
});

describe('the end of a run', () => {
  it.each(runOutcomeSchema.options.map((outcome) => [outcome, endsOfRun[outcome]] as const))('%s is told as %i, of no node', (outcome, number) => {
    const told = eventsOfReport(exampleReport({ outcome, nodes: [node('Succeeded')] }));
    expect(numbersOf(told)).toEqual([number]);
    expect(told[0]).toEqual({ name: told[0]?.name, node: null, message: `${outcome}: node1 Succeeded` });
  });

  it('tells first of the nodes that were never begun; the others were told of by their own end', () => {
    const nodes = [failed('QuorumAtRisk'), untouchedNode('node2', 'Canceled', 'stopped by ops'), untouchedNode('node3', 'UpToDate', null)];
    const told = eventsOfReport(exampleReport({ outcome: 'Failed', failure: nodes[0]?.failure ?? null, nodes }));
    expect(told.map((words, index) => [numbersOf(told)[index], words.node])).toEqual([
      [2003, 'node2'],
      [2002, 'node3'],
      [1007, null],
    ]);
    expect(told.at(-1)?.message).toBe('Failed: QuorumAtRisk happened node1 Failed, node2 Canceled, node3 UpToDate');
  });

  it('by the failure budget is told as 1019 as well, once, by the words that the budget itself has', () => {
    const reason = renderVerdict(decideBudget(['Failed', 'Failed'], 1));
    const nodes = [untouchedNode('node2', 'Canceled', reason), untouchedNode('node3', 'Canceled', reason)];
    const told = eventsOfReport(exampleReport({ outcome: 'PartiallyFailed', nodes }));
    expect(numbersOf(told)).toEqual([1019, 2003, 2003, 1006]);
    expect(told[0]).toMatchObject({ node: null, message: '2 nodes failed, 1 may: no further node was begun.' });
  });

  it('is not told as 1019 for what is canceled for another reason', () => {
    const nodes = [untouchedNode('node2', 'Canceled', 'stopped by ops')];
    expect(numbersOf(eventsOfReport(exampleReport({ outcome: 'Canceled', nodes })))).toEqual([2003, 1005]);
  });

  it('that a schedule started and that was left out is told as 2012 alone, with the reason', () => {
    const told = eventsOfReport(exampleReport({ outcome: 'Skipped', readiness: [skippedStart('It came too late.')] }));
    expect(numbersOf(told)).toEqual([2012]);
    expect(told[0]).toMatchObject({ node: null, message: 'Skipped: It came too late.' });
  });
});

describe('a run that is refused', () => {
  it.each(errorCodes.map((code) => [code, code === 'ClusterBusy' ? 1015 : 1007] as const))('by %s is told as %i, with what to do', (code, number) => {
    const told = eventsOfFailure(createFailure(code, 'This is why.', { remedy: 'Do that.' }));
    expect(numbersOf(told)).toEqual([number]);
    expect(told[0]).toMatchObject({ node: null, message: `${code}: This is why. Do that.` });
  });

  it('since too many nodes are offline is told as 1020, and as 1007 for any other rule, also of another error', () => {
    const refused = (code: ErrorCode, where: string) => numbersOf(eventsOfFailure(createFailure(code, 'This is why.', { where })));
    expect(refused('NotReady', 'nodes.online')).toEqual([1020]);
    expect(refused('NotReady', 'cluster.fencing')).toEqual([1007]);
    expect(refused('InvalidInput', 'nodes.online')).toEqual([1007]);
  });
});

describe('the clock of a run', () => {
  it('is told by the words of its timers: 1001, 1002, and 2013 as the wait begins', () => {
    const told = (words: string) => {
      const event = eventOfTimer(words);
      return event === null ? null : { number: eventCatalogue[event.name].number, when: event.when, message: event.message };
    };
    expect(told(timerWords.warnAfter('2h'))).toEqual({ number: 1001, when: 'rung', message: 'The run takes longer than 2h (warnAfter).' });
    expect(told(timerWords.stopAfter('90m'))).toMatchObject({ number: 1002, when: 'rung', message: expect.stringContaining('90m') });
    expect(told(timerWords.approval('the plan', '24h'))).toMatchObject({ number: 2013, when: 'begun', message: expect.stringContaining('the plan') });
    expect(told('roles leave node1')).toBeNull();
  });
});
