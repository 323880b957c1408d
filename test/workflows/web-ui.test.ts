import type { WorkflowHandle } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeWorkflowId } from '../../domain/names.js';
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

let handle: WorkflowHandle;

describe('the Temporal Web UI alone tells', () => {
  it('what goes on at each phase, on which node, and how it ended', async () => {
    await world.offerNext((updates) =>
      updates.filter((update) => update.name === 'kernel').map((update) => Object.assign({}, update, { endlessOn: ['node3'] })),
    );
    handle = await world.start({}, { nodes: ['node3', 'node4'] });
    await world.until(handle, (progress) => progress.nodes.some((node) => node.node === 'node3' && node.step === 'installing'));

    const run = await shown(handle.workflowId);
    expect(run).toContain(`**Cluster ${world.name}**: **updating**`);
    expect(run).toMatch(new RegExp(`\\| node3 \\| at work .*\\| 1 \\| expected \\| ${nodeWorkflowId(world.name, 'node3')} \\|`));
    expect(run).toMatch(/\| node4 \| waiting .*\| 1 \| expected \|/);
    expect(run).toContain('role **web** on node1, 0 moves');
    const node = await shown(nodeWorkflowId(world.name, 'node3'));
    expect(node).toMatch(/\*\*node3\*\* of cluster .*: \*\*installing\*\* 1 update by simulated, pass 1/);
    expect(node).toMatch(/- draining: \d/);

    expect(await world.say(handle, 'pause', { reason: 'a look' })).toMatchObject({ accepted: true });
    await world.cluster.offer([{ name: 'kernel', version: '1.2', restart: true }]);
    await world.until(handle, (progress) => progress.phase === 'paused');
    expect(await shown(handle.workflowId)).toMatch(/Waiting: paused by a test: a look[\s\S]*pause by a test: no further node is begun/);
    const paused = await handle.describe();
    expect(paused.searchAttributes).toMatchObject({ CauCluster: [world.name], CauPhase: ['paused'] });
    expect(paused.memo).toMatchObject({ nodes: { node3: expect.stringMatching(/^(Succeeded|Failed)$/), node4: 'waiting' } });

    await world.say(handle, 'resume');
    const report = await world.report(handle);
    expect(await shown(handle.workflowId)).toContain(`**${report.outcome}**`);
    const over = await handle.describe();
    expect(over.searchAttributes).toMatchObject({ CauPhase: ['done'] });
    expect(over.memo).toMatchObject({ nodes: Object.fromEntries(report.nodes.map((node) => [node.node, node.outcome])) });
  });

  it('each phase of a run, so that runs can be searched by it', async () => {
    const { events } = await handle.fetchHistory();
    const phases = (events ?? []).flatMap((event) => {
      const payload = event.upsertWorkflowSearchAttributesEventAttributes?.searchAttributes?.indexedFields?.['CauPhase'];
      return payload === undefined ? [] : [[defaultPayloadConverter.fromPayload(payload)].flat()[0]];
    });
    expect(phases).toEqual(['starting', 'checking', 'scanning', 'staging', 'updating', 'paused', 'updating', 'finishing', 'done']);
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
