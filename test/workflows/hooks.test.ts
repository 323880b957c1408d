import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { verifyRun } from '../../client/verify.js';
import type { Progress } from '../../domain/progress.js';
import { scriptsOf, type MachineScripts } from '../helpers/scripts.js';
import { atRest, createWorld, expectAtRest, nodes, type World } from '../helpers/simulated-world.js';

let world: World;
let scripts: MachineScripts;
beforeAll(async () => {
  world = await createWorld();
  scripts = scriptsOf(world.cluster);
  const tell = 'echo "$CAU_PHASE $CAU_CLUSTER $CAU_NODE $CAU_OUTCOME" >> $DIR/log';
  await scripts.put('tell', `${tell}; echo "told of $CAU_RUN"`, nodes);
  await scripts.put('fail', `${tell}; echo looking; echo "the lock is held" >&2; exit 3`, nodes);
  await scripts.put('hang', `${tell}; echo waiting; sleep 300 & echo $! > $DIR/child; wait`, nodes);
  await scripts.put('until-told', `${tell}; echo begun; until [ -e $DIR/go ]; do sleep 0.05; done; rm $DIR/go; echo ended >> $DIR/log`, nodes);
});
afterAll(() => world.stop());

beforeEach(async () => {
  await world.offerNext((updates) => updates.filter((update) => update.name === 'app'));
  for (const node of nodes) for (const file of ['log', 'go', 'child']) await rm(join(scripts.directory(node), '..', file), { force: true });
});

const only = { nodes: ['node3'] };
const stepsOf = (node: { steps: readonly { step: string }[] } | undefined) => node?.steps.map(({ step }) => step) ?? [];
const isRunning = (step: 'preUpdateScript' | 'postUpdateScript') => (progress: Progress) => progress.nodes.some((node) => node.step === step);
/** Whether the script is past its first lines. */
const untilBegun = () => expect.poll(() => scripts.log('node3'), { timeout: 20_000 }).not.toEqual([]);
const letGo = () => writeFile(join(scripts.directory('node3'), '..', 'go'), '');
const versionOn = async (node: string) => (await world.cluster.installedVersions(node))['app'];

describe('the scripts of a run', () => {
  it('run on each node before it is held and when its roles are back, told of cluster, node, run and phase; what they wrote is in the report', async () => {
    const report = await world.run({ preUpdateScript: 'tell', postUpdateScript: 'tell' });
    expect(report.outcome).toBe('Succeeded');
    const { findings } = await verifyRun(world.temporal, { cluster: world.name, workflowId: report.run.workflowId });
    expect(findings.map(({ state, broken }) => [state, broken])).toEqual(findings.map(() => ['holds', []]));
    for (const node of report.nodes) {
      expect(await scripts.log(node.node)).toEqual([`preUpdate ${world.name} ${node.node} `, `postUpdate ${world.name} ${node.node} Succeeded`]);
      const common = { script: 'tell', ended: 'exited', exitCode: 0, ms: expect.any(Number), output: `told of ${report.run.workflowId}` };
      expect(node.hooks).toEqual([
        { phase: 'preUpdate', ...common },
        { phase: 'postUpdate', ...common },
      ]);
      const steps = stepsOf(node);
      expect(steps.indexOf('preUpdateScript')).toBeLessThan(steps.indexOf('holding'));
      expect(steps.indexOf('settling')).toBeLessThan(steps.indexOf('postUpdateScript'));
    }
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });

  it('are absent from the report when there are none', async () => {
    expect((await world.run({}, only)).nodes[0]).not.toHaveProperty('hooks');
  });
});

describe('a pre-update script that fails', () => {
  it('keeps its node from being touched; the node counts as failed, with script, exit code and last lines, and is not tried again', async () => {
    const before = await versionOn('node3');
    const report = await world.run(
      { preUpdateScript: 'fail', postUpdateScript: 'tell', maxFailedNodes: 0, order: ['node3', 'node4'] },
      { nodes: ['node3', 'node4'] },
    );
    expect(report.nodes[0]).toMatchObject({
      node: 'node3',
      outcome: 'Failed',
      inMaintenanceMs: null,
      installed: 0,
      hooks: [{ phase: 'preUpdate', ended: 'exited', exitCode: 3, output: 'looking\nthe lock is held' }],
      failure: {
        code: 'HookFailed',
        message: expect.stringMatching(
          /^The pre-update script "fail" on node3 ended with exit code 3 after .*; its last lines: "looking \| the lock is held"\.$/,
        ),
        facts: { script: 'fail', phase: 'preUpdate', exitCode: 3 },
      },
      attempts: [{ step: 'preUpdateScript', code: 'HookFailed' }],
    });
    expect(report.nodes[1]).toMatchObject({ outcome: 'Canceled', reason: '1 node failed, 0 may' });
    expect(await scripts.log('node3')).toHaveLength(1);
    expect(await versionOn('node3')).toBe(before);
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });

  it('skips its node when that does not count (hookFailureCounts off), and the next one is begun', async () => {
    const options = { preUpdateScript: 'fail', hookFailureCounts: false, maxFailedNodes: 0, order: ['node3', 'node4'] };
    const report = await world.run(options, { nodes: ['node3', 'node4'] });
    expect(report.nodes.map(({ node, outcome, failure }) => [node, outcome, failure?.code])).toEqual([
      ['node3', 'Skipped', 'HookFailed'],
      ['node4', 'Skipped', 'HookFailed'],
    ]);
  });
});

describe('a post-update script that fails', () => {
  it('makes its node count as failed, which serves again with its updates', async () => {
    const [node] = (await world.run({ postUpdateScript: 'fail' }, only)).nodes;
    expect(node).toMatchObject({
      outcome: 'Failed',
      installed: 1,
      kept: null,
      failure: { code: 'HookFailed', message: expect.stringContaining('post-update script "fail"') },
    });
    expect(await scripts.log('node3')).toEqual([`postUpdate ${world.name} node3 Succeeded`]);
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });

  it('is only told of when that does not count (hookFailureCounts off)', async () => {
    const [node] = (await world.run({ postUpdateScript: 'fail', hookFailureCounts: false, maxFailedNodes: 0 }, only)).nodes;
    expect(node).toMatchObject({
      outcome: 'Succeeded',
      failure: null,
      attempts: [{ step: 'postUpdateScript', code: 'HookFailed' }],
      notes: [expect.stringContaining('does not count (hookFailureCounts)')],
      hooks: [{ exitCode: 3 }],
    });
  });
});

describe('the post-update script', () => {
  it('runs also after an update that failed, and is told so: it undoes what the one before did', async () => {
    await world.offerNext((updates) => updates.filter((update) => update.name === 'app').map((update) => Object.assign(update, { failsOn: ['node3'] })));
    const [node] = (await world.run({ preUpdateScript: 'tell', postUpdateScript: 'tell', maxRetriesPerNode: 0 }, only)).nodes;
    expect(node).toMatchObject({
      outcome: 'Failed',
      failure: { code: 'InstallFailed' },
      hooks: [{ phase: 'preUpdate' }, { phase: 'postUpdate', exitCode: 0 }],
    });
    expect((await scripts.log('node3'))[1]).toBe(`postUpdate ${world.name} node3 Failed`);
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });
});

describe('a script that hangs', () => {
  it('is ended at its timeout, with all that it started, and has failed', async () => {
    const [node] = (await world.run({ preUpdateScript: 'hang', hookTimeout: '2s' }, only)).nodes;
    expect(node).toMatchObject({
      outcome: 'Failed',
      inMaintenanceMs: null,
      hooks: [{ ended: 'timedOut', output: 'waiting' }],
      failure: {
        message: expect.stringContaining('did not end within 2s (hookTimeout) and was ended, with all that it had started; its last lines: "waiting".'),
      },
    });
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });
});

describe('a script whose node worker is killed meanwhile', () => {
  it('goes on, runs once, and its end counts; while it runs, the run says for what it waits and until when', async () => {
    const handle = await world.start({ preUpdateScript: 'until-told', hookTimeout: '3m' }, only);
    await untilBegun();
    const { nodes: waiting } = await world.until(handle, (now) => now.nodes.some((node) => node.wait?.kind === 'hook'));
    const wait = waiting.find(({ node }) => node === 'node3')?.wait;
    expect(wait).toMatchObject({ reason: 'script "until-told" runs on node3', next: expect.stringContaining('HookFailed') });
    expect(Date.parse(wait?.until ?? '') - Date.parse(wait?.since ?? '')).toBe(180_000);
    expect(await world.cluster.killWorker('node3')).toEqual(expect.any(Number));
    await letGo();
    const [node] = (await world.report(handle)).nodes;
    expect(node).toMatchObject({ outcome: 'Succeeded', hooks: [{ ended: 'exited', exitCode: 0 }] });
    expect(await scripts.log('node3')).toEqual([`preUpdate ${world.name} node3 `, 'ended']);
  });
});

describe('a script whose node loses its power', () => {
  it('is interrupted: it counts as failed and is not run again, since nobody knows how far it came', async () => {
    const handle = await world.start({ preUpdateScript: 'until-told' }, only);
    await world.until(handle, isRunning('preUpdateScript'));
    await untilBegun();
    await world.cluster.crash('node3');
    const [node] = (await world.report(handle)).nodes;
    expect(node).toMatchObject({
      outcome: 'Failed',
      inMaintenanceMs: null,
      hooks: [{ ended: 'interrupted', exitCode: null }],
      failure: { code: 'HookFailed', message: expect.stringMatching(/left no result: .* It is not run again/) },
    });
    expect(await scripts.log('node3')).toHaveLength(1);
    await world.cluster.until((cluster) => cluster.idle && cluster.nodes.every(({ online }) => online));
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });
});

describe('a script that a node cannot run', () => {
  it.each([
    ['is not there', 'missing', /\[scripts.present\] node1: Script "missing": .*missing does not exist\./],
    ['could be replaced by others', 'open', /node2: Script "open": .*open can be written by others than root\./],
  ])('since it %s, is refused before anything is touched, with what to do', async (_title, script, words) => {
    await scripts.put('open', 'true', ['node2'], 0o777);
    await scripts.put('open', 'true', ['node1', 'node3', 'node4']);
    const failure = await world.refusal({ cluster: world.name, options: { plugins: ['simulated'], postUpdateScript: script } });
    expect(failure).toMatchObject({ code: 'NotReady', message: expect.stringMatching(words), remedy: expect.stringContaining('owned by root') });
    await world.untilFree();
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });

  it('is none of a path or a command, which is refused as such', async () => {
    for (const script of ['/bin/sh', '../tell', 'tell; reboot']) {
      const failure = await world.refusal({ cluster: world.name, options: { plugins: ['simulated'], preUpdateScript: script } });
      expect(failure).toMatchObject({ code: 'InvalidInput', where: 'options.preUpdateScript' });
    }
  });

  it('any more, when its turn comes, has failed like one that ran', async () => {
    await scripts.put('vanishes', 'true', nodes);
    await scripts.put('removes', 'rm $DIR/scripts/vanishes', nodes);
    const [node] = (await world.run({ preUpdateScript: 'removes', postUpdateScript: 'vanishes' }, only)).nodes;
    expect(node).toMatchObject({
      outcome: 'Failed',
      installed: 1,
      hooks: [{ phase: 'preUpdate', exitCode: 0 }],
      failure: {
        code: 'HookFailed',
        message: expect.stringMatching(/^The post-update script "vanishes" on node3 was not run: Script "vanishes": .*vanishes does not exist\./),
        remedy: expect.stringContaining('owned by root'),
      },
    });
  });

  it('that differs between nodes is warned of', async () => {
    await scripts.put('differs', 'true', nodes);
    await scripts.put('differs', 'true; true', ['node4']);
    const report = await world.run({ postUpdateScript: 'differs' }, { nodes: ['node3', 'node4'] });
    expect(report.readiness).toContainEqual(
      expect.objectContaining({ id: 'scripts.same', severity: 'warning', message: 'Script "differs" is not the same on node3 as on node4.' }),
    );
    expect(report.outcome).toBe('Succeeded');
  });
});
