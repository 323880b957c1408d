import { execa } from 'execa';
import { fileURLToPath } from 'node:url';
import type { WorkflowHandle } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readProfile } from '../../configuration/profile-files.js';
import { shippedProfiles } from '../../workers/package-root.js';
import { createCoordinatorActivities } from '../../activities/coordinator-activities.js';
import { createTargets } from '../../targets/targets.js';
import { guardId, nodeWorkflowId } from '../../domain/names.js';
import type { Recovery } from '../../domain/recovery.js';
import { installRuntime } from '../../workers/runtime.js';
import { atRest, cauProgram, createWorld, expectAtRest, type World } from '../helpers/simulated-world.js';

let world: World;
beforeAll(async () => {
  // Workflow tasks that fail are what some of these tests are about.
  installRuntime();
  world = await createWorld();
});
afterAll(() => world.stop());
beforeEach(async () => {
  await letGo();
});

const letGo = () => world.offerNext((updates) => updates.filter((update) => update.name === 'app'));
async function startStalled(): Promise<WorkflowHandle> {
  await world.offerNext((updates) => updates.filter((update) => update.name === 'agent').map((update) => Object.assign(update, { endlessOn: ['node3'] })));
  const handle = await world.start();
  await world.until(handle, (progress) => progress.nodes.some((node) => node.node === 'node3' && node.step === 'installing'));
  return handle;
}

/** The command line as a user has it; answers its exit code and its one JSON document. */
async function recover(...flags: readonly string[]): Promise<{ exitCode: number | undefined; recovery: Recovery }> {
  const env = { TEMPORAL_ADDRESS: world.address, CAU_TASK_QUEUE: world.taskQueue, CAU_REQUESTED_BY: 'a test', NO_COLOR: '1' };
  const { exitCode, stdout } = await execa(process.execPath, [cauProgram, 'recover', world.name, '--json', ...flags], { reject: false, stdin: 'ignore', env });
  return { exitCode, recovery: JSON.parse(stdout) as Recovery };
}

/** Coordinators of a version whose code for these workflows throws; those of the world are killed first. */
async function withBrokenCoordinators(fixture: string, act: () => Promise<void>): Promise<void> {
  await world.killCoordinators();
  const { client, namespace } = world.temporal;
  const connection = await NativeConnection.connect({ address: world.address });
  const workflowBundle = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL(`./fixtures/${fixture}.ts`, import.meta.url)),
    logger: new DefaultLogger('ERROR'),
    payloadConverterPath: fileURLToPath(new URL('../../workflows/payload-converter.ts', import.meta.url)),
  });
  const activities = createCoordinatorActivities({
    namespace: world.temporal.namespace,
    taskQueue: world.taskQueue,
    client,
    readProfile: (name) => readProfile({ own: [], shipped: shippedProfiles() }, name),
    targets: createTargets({ targets: {}, scripts: '/nowhere' }),
    log: () => undefined,
  });
  const worker = await Worker.create({ connection, namespace, taskQueue: world.taskQueue, workflowBundle, activities: { ...activities } });
  try {
    await worker.runUntil(act());
  } finally {
    await connection.close();
    world.startCoordinator();
  }
}

describe('"cau recover"', () => {
  it('says that nothing is left, and exits 0', async () => {
    const { exitCode, recovery } = await recover();
    expect(exitCode).toBe(0);
    expect(recovery).toMatchObject({ applied: false, did: [], refused: null, left: { workflows: [], holds: [], lease: null } });
  });

  it('shows a run that is at work, and touches nothing of it', async () => {
    const handle = await startStalled();
    const shown = await recover();
    expect(shown.exitCode).toBe(0);
    expect(shown.recovery.left.workflows.map(({ what, problem }) => [what, problem])).toEqual([
      ['run', null],
      ['guard', null],
      ['node', null],
    ]);
    expect(shown.recovery.left.holds).toMatchObject([{ node: 'node3', state: 'open', run: { workflowId: handle.workflowId } }]);
    for (const flags of [['--apply'], ['--apply', '--end-run'], ['--apply', '--node', 'node3']]) {
      const { exitCode, recovery } = await recover(...flags);
      expect([exitCode, recovery.refused?.code, recovery.did]).toEqual([4, 'ClusterBusy', []]);
    }
    await letGo();
    expect((await world.report(handle)).nodes[0]).toMatchObject({ outcome: 'Succeeded' });
  });

  it('leaves an installation that goes on in peace after everything was terminated, says so, and ends the rest when it is asked later', async () => {
    const handle = await startStalled();
    for (const workflowId of [guardId(world.name), nodeWorkflowId(world.name, 'node3'), handle.workflowId])
      await world.temporal.client.workflow.getHandle(workflowId).terminate('by a test');
    const { exitCode, recovery } = await recover('--apply', '--reason', 'lunch is over');
    expect(exitCode).toBe(8);
    expect(recovery.did.join()).toContain('node3 is not released: node3 is busy with');
    expect(recovery.left.holds).toMatchObject([{ node: 'node3', state: 'closed' }]);
    await letGo();
    await expect.poll(async () => (await recover('--apply')).exitCode, { timeout: 30_000 }).toBe(0);
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  }, 180_000);

  it('releases a kept node only when it is named, and never what an operator holds', async () => {
    world.cluster.refuseStop('web', 'node1', true);
    await world.run({}, { nodes: ['node1'] });
    world.cluster.refuseStop('web', 'node1', false);
    const shown = await recover('--apply');
    expect(shown.exitCode).toBe(8);
    expect(shown.recovery.left.holds).toMatchObject([{ node: 'node1', kept: expect.stringContaining('web') }]);
    world.cluster.operatorStandby('node4', 'on');
    expect(await recover('--apply', '--node', 'node4')).toMatchObject({ exitCode: 1, recovery: { refused: { code: 'RefusedByOperator' } } });
    expect(await recover('--apply', '--node', 'node2')).toMatchObject({ exitCode: 2, recovery: { refused: { code: 'InvalidInput' } } });
    const { exitCode, recovery } = await recover('--apply', '--node', 'node1', '--reason', 'looked at it');
    expect(exitCode).toBe(0);
    expect(recovery).toMatchObject({ requestedBy: 'a test', reason: 'looked at it', did: [expect.stringMatching(/^released node1, left by/)] });
    expect(world.cluster.description().nodes[3]).toMatchObject({ standbyBy: 'operator' });
    world.cluster.operatorStandby('node4', 'off');
  });
});

describe('a run that is alive but stuck, its workflow task failing again and again,', () => {
  it.each([
    ['is shown, and ended when that is asked for: its guard cleans up', 'broken-run'],
    ['and whose guard and nodes are stuck as well, is ended too: the nodes release themselves', 'broken-workflows'],
  ])(
    '%s',
    async (_title, fixture) => {
      const handle = await startStalled();
      await withBrokenCoordinators(fixture, async () => {
        // Whatever makes the run go on: here a person who looks.
        await handle.signal('pause', { requestId: 'x', by: 'a test' });
        await expect
          .poll(async () => (await recover()).recovery.left.workflows.find((one) => one.what === 'run')?.problem, { timeout: 40_000 })
          .toMatch(/workflow task fails|Workflow/);
        const refused = await recover('--apply');
        expect(refused).toMatchObject({ exitCode: 4, recovery: { did: [], refused: { code: 'ClusterBusy', remedy: expect.stringContaining('--end-run') } } });
        await letGo();
        await expect.poll(async () => (await recover('--apply', '--end-run')).exitCode, { timeout: 120_000 }).toBe(0);
        expect((await handle.describe()).status.name).toBe('TERMINATED');
      });
      await world.cluster.until((cluster) => cluster.lease === null && cluster.nodes.every((node) => node.hold === null), 60_000);
      await expect.poll(() => expectAtRest(world.cluster)).toEqual(atRest);
      await letGo();
      expect((await world.run()).nodes.map((node) => node.outcome)).toEqual(['Succeeded', 'Succeeded', 'Succeeded', 'Succeeded']);
    },
    240_000,
  );
});
