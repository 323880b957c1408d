/** `npm run histories`: records the history of every path anew, on a simulated cluster. Declared as tests, whose world it needs. */
import type { WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { guardId, nodeWorkflowId } from '../../domain/names.js';
import { resetToStart } from '../helpers/reset-run.js';
import { createWorld, type World } from '../helpers/simulated-world.js';
import { writeRecordedPath } from './histories.js';

const worked = ['node1', 'node2'];
const first = 'node2';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
beforeEach(() => world.offerNext());
afterAll(() => world.stop());

/** Writes the histories of the run, its guard and its nodes. */
async function record(path: string, ...runs: readonly WorkflowHandle[]): Promise<void> {
  await world.untilFree();
  const others = [guardId(world.name), ...worked.map((node) => nodeWorkflowId(world.name, node))].map((id) => world.temporal.client.workflow.getHandle(id));
  const startedAt = (await runs[0]?.describe())?.startTime ?? new Date();
  const workflows = await Promise.all(
    [...runs, ...others].map(async (handle) => {
      const description = await handle.describe().catch(() => null);
      // A node that this run did not begin has the workflow of an earlier one.
      if (description === null || description.startTime < startedAt) return [];
      return [{ workflowId: handle.workflowId, history: JSON.parse(historyToJSON(await handle.fetchHistory())) as unknown }];
    }),
  );
  await writeRecordedPath({ path, workflows: workflows.flat() });
}

const start = (options = {}) => world.start(options, { nodes: worked });
const begun = (handle: WorkflowHandle, step: string) => world.until(handle, (progress) => progress.nodes.some((node) => node.step === step));
const stall = () =>
  world.offerNext((updates) => updates.filter((update) => update.name === 'app').map((update) => Object.assign(update, { endlessOn: [first] })));
const letGo = () => world.offerNext((updates) => updates.filter((update) => update.name === 'app'));

describe('recorded', () => {
  it('success', async () => {
    const handle = await start();
    expect((await world.report(handle)).outcome).toBe('Succeeded');
    await record('success', handle);
  });

  it('nothing-to-do', async () => {
    const done = await start();
    await world.report(done);
    await world.untilFree();
    const handle = await start();
    expect((await world.report(handle)).outcome).toBe('UpToDate');
    await record('nothing-to-do', handle);
  });
});
