import { execa } from 'execa';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { cauProgram, createWorld, type World } from '../helpers/simulated-world.js';

let world: World;
let home: string;
beforeAll(async () => {
  world = await createWorld({ nodes: ['node1', 'node2', 'node3'] });
  home = await mkdtemp(join(tmpdir(), 'cau-home-'));
});
afterAll(async () => {
  await world.stop();
  await rm(home, { recursive: true });
});

const cau = (...args: readonly string[]) =>
  execa(process.execPath, [cauProgram, ...args], {
    reject: false,
    stdin: 'ignore',
    env: { HOME: home, XDG_CONFIG_HOME: home, TEMPORAL_ADDRESS: inject('temporalAddress'), CAU_TASK_QUEUE: world.taskQueue, NO_COLOR: '1' },
  });

/** A run that is refused, by the id it had. */
async function refused(input: object): Promise<string> {
  const workflowId = `test/${world.name}/${randomUUID()}`;
  const { client } = world.temporal;
  const handle = await client.workflow.start('updatingRun', { taskQueue: world.taskQueue, workflowId, args: [input], workflowTaskTimeout: '2s' });
  await handle.result().catch(() => undefined);
  return workflowId;
}

describe('cau status of a run that was refused', () => {
  it('says that it is over, why, and what to do, not that it goes on', async () => {
    const id = await refused({ cluster: world.name, options: { plugins: ['simulated'] }, nodes: ['node9'] });
    const { stdout, exitCode } = await cau('status', id);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      new RegExp(`^Cluster ${world.name} {2}no report {2}over since \\d{4}-.*Z, after .*\\n(InvalidInput|NotReady): .*node9.*\\nWhat to do: .*\\nRun: ${id}$`),
    );
    const { kind, ended } = JSON.parse((await cau('status', id, '--json')).stdout) as { kind: string; ended: object };
    expect([kind, ended]).toEqual([
      'ended',
      expect.objectContaining({ workflowId: id, outcome: null, failure: expect.objectContaining({ message: expect.stringContaining('node9') }) }),
    ]);
  });

  it('says so also of one whose input was none', async () => {
    const id = await refused({ clustr: 'demo' });
    expect((await cau('status', id)).stdout).toMatch(/^A run of no cluster {2}no report {2}over since [^]*\nInvalidInput: .*clustr/);
  });
});

it('cau alone tells how runs ended, in the words of their reports', async () => {
  await world.offerNext((updates) => updates.filter(({ name }) => name === 'app'));
  const handle = await world.start({}, { nodes: ['node3'] });
  await world.report(handle);
  const id = await refused({ cluster: world.name, options: { plugins: ['simulated'] }, nodes: ['node9'] });
  const { stdout } = await cau();
  expect(stdout).toMatch(new RegExp(`${world.name} +Succeeded +${handle.workflowId}`));
  expect(stdout).toMatch(new RegExp(`${world.name} +(InvalidInput|NotReady) +${id}`));
});
