import { expect, it } from 'vitest';
import type { WorkflowHandle } from '@temporalio/client';
import type { TemporalClient } from '../../client/connection.js';
import { statusOf } from '../../client/progress.js';
import type { NodeProgress } from '../../domain/progress.js';

const at = (second: number) => new Date(Date.UTC(2027, 0, 1, 3, 0, second));
const nodeSince = (second: number, step: NodeProgress['step']): NodeProgress => {
  const since = at(second).toISOString();
  return { node: 'node1', step, since, startedAt: since, detail: '', wait: null, outcome: null, action: 'update', updates: 1 };
};

/** The step of node1 as it is shown, when its run began it at 30 s and the workflow of that id that answers began at `own`; Temporal says this of the id. */
async function shownStep(own: number, description: { readonly status: string; readonly startTime: Date }): Promise<NodeProgress['step'] | undefined> {
  const node = {
    query: () => Promise.resolve(nodeSince(own, 'installing')),
    describe: () => Promise.resolve({ status: { name: description.status }, startTime: description.startTime }),
  };
  const client = {
    connection: { withDeadline: (_deadline: number, ask: () => Promise<unknown>) => ask() },
    workflow: { getHandle: () => node },
  };
  const run = { query: () => Promise.resolve({ cluster: 'c1', nodes: [nodeSince(30, 'preparing')] }) };
  const status = await statusOf({ client } as unknown as TemporalClient, run as unknown as WorkflowHandle);
  return status.kind === 'whole' ? status.progress.nodes[0]?.step : undefined;
}

it.each([
  ['its own workflow', 31, { status: 'RUNNING', startTime: at(31) }, 'installing'],
  ['one of an earlier run that was terminated', 10, { status: 'TERMINATED', startTime: at(9) }, 'preparing'],
  ['one of an earlier run, its own having begun just after that answered', 10, { status: 'RUNNING', startTime: at(31) }, 'preparing'],
  ['one that the run began before it was reset', 10, { status: 'RUNNING', startTime: at(9) }, 'installing'],
] as const)('The step of a node is shown by the workflow that works for this run: %s', async (_title, own, description, step) => {
  expect(await shownStep(own, description)).toBe(step);
});
