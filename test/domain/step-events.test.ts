import { expect, it } from 'vitest';
import { eventCatalogue } from '../../domain/events.js';
import { eventsOfStep, nodeOfStep } from '../../domain/step-events.js';

const own = { cluster: 'c', node: 'node1' };
const peer = { ...own, held: 'node2' };
const hook = { ...own, phase: 'preUpdate', script: 'quiesce', timeout: '1m' };
const ended = { ended: 'exited', exitCode: 0, signal: null, ms: 1500, output: '', outputCut: 0 };
const installed = (...outcomes: readonly string[]) => ({
  kind: 'finished',
  result: { updates: outcomes.map((outcome, index) => ({ name: `p${index}`, version: '2', outcome })) },
});

/** What is told of a step, by number and node. */
const told = (type: string, input: unknown, result: unknown) =>
  eventsOfStep({ type, input, result }).map(({ name, node }) => `${eventCatalogue[name].number} ${node ?? 'run'}`);

it.each<[string, string, unknown, unknown, string[]]>([
  ['a hold', 'holdNode', peer, undefined, ['2008 node2']],
  ['a node that is drained', 'watchCluster', { ...own, watched: 'node2', condition: 'drained' }, { verdict: { state: 'met' } }, ['1008 node2']],
  ['a node that is not drained yet', 'watchCluster', { ...own, watched: 'node2', condition: 'drained' }, { verdict: { state: 'waiting' } }, []],
  ['any other look at the cluster', 'watchCluster', { ...own, watched: 'node2', condition: 'returned' }, { verdict: { state: 'met' } }, []],
  ['a release', 'releaseNode', peer, 'released', ['1009 node2']],
  ['a release of what is held no more', 'releaseNode', peer, 'notHeld', []],
  ['a restart', 'restartNode', own, 'restarting', ['1010 node1']],
  ['a restart that was done before', 'restartNode', own, 'alreadyRestarted', []],
  ['a node that is back', 'confirmRestarted', own, { bootId: 'b2' }, ['1011 node1']],
  ['what an earlier run left, ended by the node', 'endHold', { ...own, why: 'its run is over' }, { kind: 'released' }, ['1014 node1', '1009 node1']],
  ['what an earlier run left, and cannot be ended yet', 'endHold', { ...own, why: 'its run is over' }, { kind: 'waiting', because: 'dpkg works' }, []],
  ['the guard of an earlier run', 'cancelGuard', { cluster: 'c', guardRunId: 'x' }, undefined, ['1014 run']],
  ['an installation', 'installUpdates', own, installed('succeeded', 'succeeded'), ['2004 node1']],
  ['an installation that left nothing to do', 'installUpdates', own, installed(), ['2004 node1']],
  ['an installation of which a part failed', 'installUpdates', own, installed('succeeded', 'failed'), ['2005 node1']],
  ['an installation that was interrupted', 'installUpdates', own, { kind: 'interrupted', message: 'no result' }, ['2006 node1']],
  ['a script', 'runHook', hook, { kind: 'finished', result: ended }, ['2009 node1']],
  ['a script that failed', 'runHook', hook, { kind: 'finished', result: { ...ended, exitCode: 1 } }, ['2010 node1']],
  ['a script that left no result', 'runHook', hook, { kind: 'interrupted', message: 'the node died' }, ['2010 node1']],
  ['a step that is none of these', 'scanNode', own, { updates: [] }, []],
])('Of %s is told what happened, and of which node', (_title, type, input, result, numbers) => {
  expect(told(type, input, result)).toEqual(numbers);
});

it('A step whose input and result cannot be read, as when they are encrypted, is told without its node, or not at all', () => {
  expect(told('holdNode', undefined, undefined)).toEqual(['2008 run']);
  expect(told('confirmRestarted', 'cipher', 'cipher')).toEqual(['1011 run']);
  for (const type of ['watchCluster', 'releaseNode', 'restartNode', 'endHold', 'installUpdates', 'runHook']) expect(told(type, 'cipher', 'cipher')).toEqual([]);
});

it('A step is about the node that is held or watched, else about its own', () => {
  expect([nodeOfStep(peer), nodeOfStep({ ...own, watched: 'node3' }), nodeOfStep(own), nodeOfStep('cipher')]).toEqual(['node2', 'node3', 'node1', null]);
});
