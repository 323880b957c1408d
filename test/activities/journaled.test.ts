import { ApplicationFailure, CancelledFailure } from '@temporalio/activity';
import { expect, it } from 'vitest';
import { journaled } from '../../activities/journaled.js';
import { createJournal } from '../../host/journal.js';
import { untouchedNode } from '../../domain/report.js';
import { exampleRun } from '../domain/example-cluster.js';
import { exampleReport } from '../domain/example-report.js';

const target = { cluster: 'c', node: 'node1', run: exampleRun };
const of = `(${exampleRun.workflowId})`;

/** What a node writes while these steps are done, one after another. */
async function linesOf(done: readonly (readonly [string, object, unknown])[], marksPriority = false): Promise<string[]> {
  const lines: string[] = [];
  const journal = createJournal((line) => lines.push(line), marksPriority);
  for (const [type, input, result] of done) {
    const act = (): Promise<unknown> => (result instanceof Error ? Promise.reject(result) : Promise.resolve(result));
    const steps: Readonly<Record<string, (asked: unknown) => Promise<unknown>>> = { [type]: act };
    const activities = journaled(steps, 'node1', journal);
    const answer = activities[type]?.({ ...target, ...input });
    if (result instanceof Error) await expect(answer).rejects.toBe(result);
    else expect(await answer).toBe(result);
  }
  return lines;
}

it("The journal tells a node's update and what it did for its peers, each with its number, once", async () => {
  const drained = { verdict: { state: 'met' } };
  const installed = { kind: 'finished', result: { updates: [{ name: 'app', version: '1.2', outcome: 'succeeded' }] } };
  expect(
    await linesOf([
      ['holdNode', { held: 'node2' }, undefined],
      ['watchCluster', { watched: 'node2', condition: 'drained' }, { verdict: { state: 'waiting' } }],
      ['watchCluster', { watched: 'node2', condition: 'drained' }, drained],
      ['watchCluster', { watched: 'node2', condition: 'drained' }, drained],
      ['installUpdates', {}, installed],
      ['restartNode', {}, 'restarting'],
      ['restartNode', {}, 'alreadyRestarted'],
      ['confirmRestarted', {}, { bootId: 'b2' }],
      ['releaseNode', { held: 'node2' }, 'released'],
      ['endHold', { why: 'its run is over' }, { kind: 'released', because: '' }],
    ]),
  ).toEqual([
    `2008 maintenanceBegun node2 ${of}: The node was put into maintenance mode; its roles leave it.`,
    `1008 maintenanceEntered node2 ${of}: The node is drained: no role serves there.`,
    `2004 updatesInstalled node1 ${of}: app 1.2 succeeded`,
    `1010 nodeRestarting node1 ${of}: The node was told to restart.`,
    `1011 nodeRestarted node1 ${of}: The node answers on boot b2.`,
    `1009 maintenanceLeft node2 ${of}: The node is out of maintenance mode.`,
    `1014 leftoversEnded node1 ${of}: its run is over`,
    `1009 maintenanceLeft node1 ${of}: The node is out of maintenance mode.`,
  ]);
});

it('A step that fails is told with its code, on one line; what is expected on the way is not', async () => {
  const failure = (type: string) => ApplicationFailure.create({ type, message: 'dpkg failed\n  with words' });
  const steps = [failure('InstallFailed'), failure('StillOldBoot'), new CancelledFailure('WORKER_SHUTDOWN')].map(
    (error) => ['installUpdates', {}, error] as const,
  );
  expect(await linesOf(steps, true)).toEqual([`<4>2015 stepFailed node1 ${of}: installUpdates: InstallFailed: dpkg failed with words`]);
});

it('The report that is archived on a node closes the story: how its own update ended, and the run', async () => {
  const nodes = [untouchedNode('node1', 'Skipped', 'offline'), untouchedNode('node2', 'Skipped', 'offline')];
  const report = exampleReport({ outcome: 'Failed', nodes });
  expect(await linesOf([['archiveReport', { report }, undefined]], true)).toEqual([
    `<5>2003 nodeLeftOut node1 ${of}: Skipped: offline`,
    `<3>1007 runFailed ${of}: Failed: node1 Skipped, node2 Skipped`,
  ]);
});
