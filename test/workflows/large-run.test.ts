import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SimulatedUpdate } from '../../clusters/simulated/model.js';
import { quickTimings } from '../../clusters/simulated/model.js';
import { nodeWorkflowId } from '../../domain/names.js';
import { nodeResultBudgetBytes, payloadBudgetBytes, payloadBytes } from '../../domain/payload-size.js';
import type { Report } from '../../domain/report.js';
import { createWorld, nodes, type World } from '../helpers/simulated-world.js';

const count = 300;
/** As long as such names get. */
const name = (index: number) => `lib-of-a-rather-long-name-for-a-package-of-a-distribution-${index}`;
const names = Array.from({ length: count }, (_, index) => name(index));
const updates: readonly SimulatedUpdate[] = names.map((one) => ({ name: one, version: '1:1.1.23-4+deb12u5', sizeBytes: 1_000_000, security: true }));

let world: World;
let report: Report;
let workflowId: string;
beforeAll(async () => {
  world = await createWorld({ packages: Object.fromEntries(names.map((one) => [one, '1:1.1.22-1'])), updates, timings: { ...quickTimings, installMs: 1 } });
  const handle = await world.start();
  workflowId = handle.workflowId;
  report = await world.report(handle);
}, 180_000);
afterAll(() => world.stop());

const historyOf = async (id: string) => (await world.temporal.client.workflow.getHandle(id).fetchHistory()).events ?? [];

describe(`a run of ${count} updates on each of 4 nodes`, () => {
  it('installs each of them once on every node', async () => {
    expect(report.outcome).toBe('Succeeded');
    for (const node of nodes) expect((await world.cluster.installLog(node)).map((record) => record.name).toSorted()).toEqual(names.toSorted());
  });

  it('reports as many as a node may return, and counts the others', () => {
    for (const node of report.nodes) {
      expect(node).toMatchObject({ installed: count, updatesCut: count - node.updates.length });
      expect(node.updates.length).toBeGreaterThan(10);
      expect(payloadBytes(node)).toBeLessThanOrEqual(nodeResultBudgetBytes);
    }
  });

  it('sends nothing through Temporal that is larger than its budget: a payload over 2 MiB would hang it', async () => {
    const events = (await Promise.all([workflowId, ...nodes.map((node) => nodeWorkflowId(world.name, node))].map(historyOf))).flat();
    const sizes = events.flatMap((event) => payloadSizes(event));
    expect(sizes.length).toBeGreaterThan(200);
    expect(Math.max(...sizes)).toBeLessThan(payloadBudgetBytes / 4);
    const results = events.flatMap((event) => payloadSizes(event.childWorkflowExecutionCompletedEventAttributes?.result));
    expect(results).toHaveLength(nodes.length + 1);
    expect(Math.max(...results)).toBeLessThan(nodeResultBudgetBytes + 1024);
  });

  it('keeps its histories short, since their replay is the time of a failover', async () => {
    const lengths = await Promise.all([workflowId, ...nodes.map((node) => nodeWorkflowId(world.name, node))].map(async (id) => (await historyOf(id)).length));
    expect(lengths.reduce((sum, length) => sum + length, 0)).toBeLessThan(1000);
    expect(Math.max(...lengths)).toBeLessThan(250);
  });
});

/** The bytes of every payload anywhere in the value. */
function payloadSizes(value: unknown): number[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('data' in value && value.data instanceof Uint8Array) return [value.data.length];
  return Object.values(value).flatMap(payloadSizes);
}
