import { execa } from 'execa';
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { atRest, cauProgram, createWorld, expectAtRest, type World } from '../helpers/simulated-world.js';
import type { Progress } from '../../domain/progress.js';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.stop());
beforeEach(() => world.offerNext((updates) => updates.filter((update) => update.name === 'app')));
afterEach(() => world.untilFree());

const two = { nodes: ['node3', 'node4'] };
const awaitsApproval = (progress: Progress) => progress.phase === 'awaitingApproval' && progress.wait !== null;
const outcomes = (progress: Progress) => progress.nodes.map(({ outcome }) => outcome);

describe('a run that asks for approval', () => {
  it('of its plan touches no node before somebody says who and why; both are in the report', async () => {
    const handle = await world.start({ approval: 'plan' }, two);
    const waits = await world.until(handle, awaitsApproval);
    expect(waits.wait).toMatchObject({
      kind: 'approval',
      reason: 'approval of the plan, before node3 as the first node',
      operatorCan: expect.stringContaining('"cau approve"'),
    });
    expect(waits.nodes.every(({ startedAt }) => startedAt === null)).toBe(true);
    expect((await handle.describe()).searchAttributes).toMatchObject({ CauPhase: ['awaitingApproval'] });
    expect(world.cluster.description().nodes.every(({ hold }) => hold === null)).toBe(true);

    expect(await world.say(handle, 'approve', { by: 'Anna', reason: 'change 4711' })).toMatchObject({ accepted: true });
    const report = await world.report(handle);
    expect(report.outcome).toBe('Succeeded');
    expect(report.commands).toMatchObject([
      { command: 'approve', by: 'Anna', reason: 'change 4711', accepted: true, answer: expect.stringContaining('the plan') },
    ]);
  });

  it('is shown by "cau status" with its deadline, what comes next and what can be done, and is approved by "cau approve", which says what is refused', async () => {
    const cau = (...args: string[]) =>
      execa(process.execPath, [cauProgram, ...args], { env: { TEMPORAL_ADDRESS: world.address, CAU_REQUESTED_BY: 'Anna' }, stdin: 'ignore', reject: false });
    const handle = await world.start({ approval: 'plan' }, two);
    await world.until(handle, awaitsApproval);
    const { stdout: status } = await cau('status', handle.workflowId);
    expect(status).toMatch(/awaitingApproval/);
    expect(status).toMatch(/waiting: approval of the plan, before node3 as the first node \(for .*, 23 h 59 min left, until .*Z\)/);
    expect(status).toContain('then: the run ends in order, and nodes that are not begun are canceled');
    expect(status).toContain('now: "cau approve" lets it go on, "cau stop" ends it');
    expect(await cau('approve', handle.workflowId, '--node', 'node3')).toMatchObject({
      exitCode: 7,
      stdout: expect.stringMatching(/approve refused by \S+: what waits/),
    });
    expect(await cau('approve', handle.workflowId, '--reason', 'change 4711')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^approve accepted by \S+: the plan, before node3 as the first node is approved; the run goes on\.$/),
    });
    expect((await world.report(handle)).commands.at(-1)).toMatchObject({ command: 'approve', by: 'Anna', reason: 'change 4711', accepted: true });
  });

  it('after the first node works on that one, and on no other before', async () => {
    const handle = await world.start({ approval: 'firstNode' });
    expect(outcomes(await world.until(handle, awaitsApproval))).toEqual(['Succeeded', null, null, null]);
    expect(await world.say(handle, 'approve')).toMatchObject({ accepted: true });
    expect((await world.report(handle)).commands).toHaveLength(1);
  });

  it('of every node begins none that is not approved by name, and one approval twice does not approve the next', async () => {
    const handle = await world.start({ approval: 'everyNode' }, two);
    await world.until(handle, awaitsApproval);
    expect(await world.say(handle, 'approve', { node: 'node4' })).toMatchObject({
      accepted: false,
      answer: 'what waits for approval is not node4, but node node3',
    });
    expect(await world.say(handle, 'approve', { node: 'node3' })).toMatchObject({ accepted: true });
    await world.until(handle, (progress) => awaitsApproval(progress) && progress.nodes[0]?.outcome === 'Succeeded');
    expect(await world.say(handle, 'approve', { node: 'node3' })).toMatchObject({ accepted: false });
    expect(await world.say(handle, 'skip', { node: 'node4' })).toMatchObject({ accepted: true });
    expect((await world.report(handle)).nodes.map(({ outcome }) => outcome)).toEqual(['Succeeded', 'Skipped']);
  });

  it('does not wait for ever: it ends in order when nobody approves in time, and touches nothing', async () => {
    const handle = await world.start({ approval: 'plan', approvalTimeout: '500ms' }, two);
    const report = await world.report(handle);
    expect(report.outcome).toBe('Canceled');
    const reason = 'the plan, before node3 as the first node: not approved within 500ms (approvalTimeout)';
    expect(report.nodes.map((node) => [node.outcome, node.reason])).toEqual([1, 2].map(() => ['Canceled', reason]));
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });

  it('can be stopped while it waits, and paused: what is approved then is begun when it is resumed', async () => {
    const handle = await world.start({ approval: 'everyNode' }, two);
    await world.until(handle, awaitsApproval);
    expect(await world.say(handle, 'pause', { reason: 'lunch' })).toMatchObject({ accepted: true });
    expect((await world.until(handle, awaitsApproval)).wait).toMatchObject({
      reason: expect.stringMatching(/^approval of .*; besides, paused by a test: lunch$/),
      operatorCan: expect.stringMatching(/"cau approve.*"cau resume"/),
    });
    expect(await world.say(handle, 'resume')).toMatchObject({ accepted: true, answer: expect.stringMatching(/^the run goes on when .* is approved$/) });
    expect(await world.say(handle, 'pause')).toMatchObject({ accepted: true });
    expect(await world.say(handle, 'approve')).toMatchObject({ accepted: true, answer: expect.stringContaining('when it is resumed') });
    expect((await world.until(handle, (progress) => progress.phase === 'paused')).nodes[0]).toMatchObject({ startedAt: null });
    expect(await world.say(handle, 'approve')).toMatchObject({ accepted: false, answer: expect.stringContaining('nothing waits for approval now') });
    expect(await world.say(handle, 'resume')).toMatchObject({ accepted: true });
    await world.until(handle, (progress) => awaitsApproval(progress) && progress.nodes[0]?.outcome === 'Succeeded');
    expect(await world.say(handle, 'stop', { reason: 'freeze' })).toMatchObject({ accepted: true });
    expect((await world.report(handle)).nodes[1]).toMatchObject({ outcome: 'Canceled', reason: 'stopped by a test: freeze' });
  });

  it('is approved with the Temporal CLI while no coordinator is alive, and goes on when one is back', async () => {
    const handle = await world.start({ approval: 'plan' }, two);
    await world.until(handle, awaitsApproval);
    await world.killCoordinators();
    const said = JSON.stringify({ requestId: randomUUID(), by: 'Anna', reason: 'by hand' });
    await execa(inject('temporalCli'), [
      'workflow',
      'signal',
      '--workflow-id',
      handle.workflowId,
      '--name',
      'approve',
      '--input',
      said,
      '--address',
      world.address,
    ]);
    world.startCoordinator();
    const report = await world.report(handle);
    expect(report).toMatchObject({ outcome: 'Succeeded', commands: [{ command: 'approve', by: 'Anna', reason: 'by hand', accepted: true }] });
  });
});

describe('a run that asks for no approval', () => {
  it('refuses one in words', async () => {
    await world.offerNext((updates) => updates.filter((update) => update.name === 'app').map((update) => Object.assign(update, { endlessOn: ['node3'] })));
    const handle = await world.start({}, two);
    await world.until(handle, (progress) => progress.nodes.some(({ step }) => step === 'installing'));
    expect(await world.say(handle, 'approve')).toMatchObject({ accepted: false, answer: 'this run asks for no approval' });
    await world.offerNext((updates) => updates.filter((update) => update.name === 'app'));
    await world.report(handle);
  });
});
