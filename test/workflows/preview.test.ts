import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { cauProgram, createWorld, type World } from '../helpers/simulated-world.js';

const switchedOff = join(tmpdir(), `cau-switched-off-${randomUUID()}`);
let world: World;
beforeAll(async () => {
  const taskQueue = `cau-test-preview-${randomUUID()}`;
  const env = { TEMPORAL_ADDRESS: inject('temporalAddress'), CAU_TASK_QUEUE: taskQueue };
  const serve = (machineFile: string) => `exec '${process.execPath}' '${cauProgram}' serve node --machine-file '${machineFile}'`;
  world = await createWorld(
    {
      workerCommand: (node, machineFile) =>
        node === 'node4'
          ? { command: 'sh', args: ['-c', `test -e '${switchedOff}' && exec sleep 600; ${serve(machineFile)}`], env }
          : { command: 'sh', args: ['-c', serve(machineFile)], env },
    },
    { taskQueue },
  );
});
afterAll(async () => {
  await world.stop();
  await rm(switchedOff, { force: true });
});

it('a preview of a cluster of which one worker is not there says so, and plans for the others', async () => {
  await writeFile(switchedOff, '');
  await world.cluster.killWorker('node4');
  const { readiness, blocked, plan } = await world.preview();
  expect(blocked?.message).toMatch(/node4/);
  expect(readiness.find(({ id }) => id === 'nodes.worker')).toMatchObject({ severity: 'blocking', message: expect.stringContaining('node4') });
  expect(plan.nodes.map(({ node, action }) => `${node} ${action}`).toSorted()).toEqual(['node1 update', 'node2 update', 'node3 update', 'node4 skip']);
  await rm(switchedOff);
  await world.cluster.killWorker('node4');
});

it('a preview beside a run at work says that another one would be refused, and by which', async () => {
  const handle = await world.start({ approval: 'plan' });
  await world.until(handle, ({ phase }) => phase === 'awaitingApproval');
  const { blocked, plan } = await world.preview();
  expect(blocked).toMatchObject({ code: 'ClusterBusy', message: expect.stringContaining(handle.workflowId), facts: { phase: 'awaitingApproval' } });
  expect(plan.nodes).toHaveLength(4);
  await world.say(handle, 'stop');
  await world.report(handle);
  expect((await world.preview()).blocked).toBeNull();
});

it('a preview of a cluster without quorum says so at once, and foresees nothing', async () => {
  for (const node of ['node3', 'node4']) {
    world.cluster.neverComesBack(node);
    await world.cluster.crash(node);
  }
  await world.cluster.until((description) => !description.quorum.quorate);
  const { readiness, blocked, modes } = await world.preview();
  expect(blocked?.code).toBe('NotReady');
  expect(readiness.find(({ id }) => id === 'cluster.quorum')?.severity).toBe('blocking');
  expect(modes).toBeUndefined();
});
