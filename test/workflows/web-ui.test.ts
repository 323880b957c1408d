import type { WorkflowHandle } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeWorkflowId } from '../../domain/names.js';
import { runPhases, type RunPhase } from '../../domain/progress.js';
import { createWorld, type World } from '../helpers/simulated-world.js';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.stop());

/** What the Web UI asks a workflow for, to show it. */
async function shown(workflowId: string): Promise<string> {
  const metadata = await world.temporal.client.workflow.getHandle(workflowId).query<{ currentDetails?: string }>('__temporal_workflow_metadata');
  return metadata.currentDetails ?? '';
}

/** What was shown at each phase, of whichever run. */
const shownAt = new Map<string, string>();

/** Keeps what is shown now. */
async function look({ workflowId }: WorkflowHandle): Promise<string> {
  const details = await shown(workflowId);
  shownAt.set(/^\*\*Cluster \S+\*\*: \*\*(\w+)\*\*/.exec(details)?.[1] ?? 'nothing', details);
  return details;
}

/** Looks all the time until these words are shown. */
const lookUntil = (run: WorkflowHandle, words: RegExp) => expect.poll(() => look(run), { interval: 2 }).toMatch(words);

/** A run that touches nothing, since it waits for its window and is stopped then, looked at all the time. */
async function runToWindow(): Promise<WorkflowHandle> {
  await world.offerNext((updates) => updates.filter((update) => update.name === 'app'));
  const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(0, 16);
  const run = await world.start({ window: { start: inHours(1), end: inHours(5), timeZone: 'UTC' } }, { nodes: ['node4'] });
  await lookUntil(run, /Waiting: the maintenance window/);
  await world.say(run, 'stop');
  await lookUntil(run, /\*\*Canceled\*\*/);
  await world.report(run);
  await world.untilFree();
  return run;
}

async function phasesOf(run: WorkflowHandle): Promise<unknown[]> {
  const { events } = await run.fetchHistory();
  return (events ?? []).flatMap((event) => {
    const payload = event.upsertWorkflowSearchAttributesEventAttributes?.searchAttributes?.indexedFields?.['CauPhase'];
    return payload === undefined ? [] : [[defaultPayloadConverter.fromPayload(payload)].flat()[0]];
  });
}

let handle: WorkflowHandle;

describe('the Temporal Web UI alone tells', () => {
  it('what goes on, on which node, and how it ended', async () => {
    const kernel = { name: 'kernel', version: '1.2', restart: true };
    await world.cluster.offer([{ ...kernel, silentTo: ['node4'] }]);
    handle = await world.start({ approval: 'plan' }, { nodes: ['node3', 'node4'] });
    await lookUntil(handle, /\*\*scanning\*\*/);
    await world.cluster.offer([{ ...kernel, endlessOn: ['node3'] }]);
    await lookUntil(handle, /Waiting: approval/);
    await world.say(handle, 'approve');
    await world.until(handle, (progress) => progress.nodes.some((node) => node.node === 'node3' && node.step === 'installing'));

    const run = await look(handle);
    expect(run).toContain(`**Cluster ${world.name}**: **updating**`);
    expect(run).toMatch(new RegExp(`\\| node3 \\| at work .*\\| 1 \\| expected \\| ${nodeWorkflowId(world.name, 'node3')} \\|`));
    expect(run).toMatch(/\| node4 \| waiting .*\| 1 \| expected \|/);
    expect(run).toContain('role **web** on node1, 0 moves');
    const node = await shown(nodeWorkflowId(world.name, 'node3'));
    expect(node).toMatch(/\*\*node3\*\* of cluster .*: \*\*installing\*\* 1 update by simulated, pass 1/);
    expect(node).toMatch(/- draining: \d/);

    expect(await world.say(handle, 'pause', { reason: 'a look' })).toMatchObject({ accepted: true });
    await world.cluster.offer([kernel]);
    await world.until(handle, (progress) => progress.phase === 'paused');
    expect(await look(handle)).toMatch(/Waiting: paused by a test: a look[\s\S]*pause by a test: no further node is begun/);
    const paused = await handle.describe();
    expect(paused.searchAttributes).toMatchObject({ CauCluster: [world.name], CauPhase: ['paused'] });
    expect(paused.memo).toMatchObject({ nodes: { node3: expect.stringMatching(/^(Succeeded|Failed)$/), node4: 'waiting' } });

    await world.say(handle, 'resume');
    await lookUntil(handle, /\*\*finishing\*\*|\*\*\w+ed\*\*/);
    const report = await world.report(handle);
    expect(await shown(handle.workflowId)).toContain(`**${report.outcome}**`);
    const over = await handle.describe();
    expect(over.searchAttributes).toMatchObject({ CauPhase: ['done'] });
    expect(over.memo).toMatchObject({ nodes: Object.fromEntries(report.nodes.map((node) => [node.node, node.outcome])) });
  });

  it('each phase of a run, so that runs can be searched by it', async () => {
    const [worked, waited] = [await phasesOf(handle), await phasesOf(await runToWindow())];
    const begin = ['starting', 'checking', 'scanning', 'staging', 'updating'];
    expect(worked).toEqual([...begin, 'awaitingApproval', 'updating', 'paused', 'updating', 'finishing', 'done']);
    expect(waited).toEqual([...begin, 'awaitingWindow', 'updating', 'finishing', 'done']);
    expect(new Set([...worked, ...waited])).toEqual(new Set(runPhases));
  });

  it('at each phase what is known by then', async () => {
    const known: Readonly<Record<Exclude<RunPhase, 'done'>, RegExp>> = {
      starting: /\*$/,
      checking: /./,
      scanning: /\n- role \*\*web\*\* on node1, 0 moves/,
      staging: /\n\| node4 \| waiting [^|]*\| 1 \|/,
      awaitingApproval: /\nWaiting: approval of the plan, before node3 as the first node; since .*"cau approve"[\s\S]*\n\| node3 \| waiting /,
      updating: /\n\| node4 \| \w+ .*\| 1 \|/,
      paused: /\nWaiting: paused by a test: a look; since [\s\S]*\n\| node3 \| \w+ .*\| 1 \|/,
      awaitingWindow: /\nWaiting: the maintenance window .* opens at .*; since [\s\S]*\n\| node4 \| waiting /,
      finishing: /\n\| node4 \| (?:Succeeded|Canceled) /,
    };
    // Some phases are so short that a look may miss them.
    while (Object.keys(known).some((phase) => !shownAt.has(phase))) await runToWindow();
    for (const [phase, words] of Object.entries(known)) expect(shownAt.get(phase), phase).toMatch(words);
  });

  it('what every step, timer and child is for, by its summary', async () => {
    const histories = await Promise.all(
      [handle, world.temporal.client.workflow.getHandle(nodeWorkflowId(world.name, 'node4'))].map((one) => one.fetchHistory()),
    );
    const summaryOf = { step: [] as string[], timer: [] as string[], child: [] as string[] };
    for (const event of histories.flatMap(({ events }) => events ?? [])) {
      const kind = event.activityTaskScheduledEventAttributes
        ? 'step'
        : event.timerStartedEventAttributes
          ? 'timer'
          : event.startChildWorkflowExecutionInitiatedEventAttributes
            ? 'child'
            : null;
      if (kind !== null) summaryOf[kind].push(Buffer.from(event.userMetadata?.summary?.data ?? []).toString());
    }
    expect(summaryOf.step.length).toBeGreaterThan(20);
    for (const summary of summaryOf.step) expect(summary).toMatch(/\w{3}/);
    expect(summaryOf.timer).toContain('"the run ends if nobody resumes it within 24h"');
    for (const summary of summaryOf.timer) expect(summary).toMatch(/\w{3}/);
    expect(summaryOf.child).toEqual([`"guards cluster ${world.name} for ${handle.workflowId}"`, '"update node3: 1 updates"', '"update node4: 1 updates"']);
  });

  it('keeps histories short, since their replay is the time of a failover', async () => {
    const history = await world.temporal.client.workflow.getHandle(nodeWorkflowId(world.name, 'node4')).fetchHistory();
    expect(history.events?.length ?? 0).toBeLessThan(250);
  });
});
