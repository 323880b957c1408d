import { execa } from 'execa';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { clientFailure } from '../../client/failures.js';
import { clusterName } from '../../cli/commands/demo.js';
import type { Failure } from '../../domain/errors.js';
import { coordinatorQueue, guardId, nodeWorkflowId } from '../../domain/names.js';
import { defaultOptions } from '../../domain/options.js';
import { reportSchema, type Report } from '../../domain/report.js';
import { atRest, cauProgram, createWorld, expectAtRest, nodes, type World } from '../helpers/simulated-world.js';

const example = fileURLToPath(new URL('../../docs/examples/run.json', import.meta.url));

let world: World;
beforeAll(async () => {
  world = await createWorld({ cluster: clusterName }, { taskQueue: coordinatorQueue });
});
afterAll(() => world.stop());

/** `temporal …`, as somebody types it who knows nothing of us. */
const temporal = (args: readonly string[]) => execa(inject('temporalCli'), [...args, '--address', world.address]);

/** Starts a workflow with the Temporal CLI; the id that it got. */
async function startByHand(type: string, args: readonly string[], workflowId = `by-hand-${randomUUID()}`): Promise<string> {
  await temporal(['workflow', 'start', '--type', type, '--task-queue', coordinatorQueue, '--workflow-id', workflowId, ...args]);
  return workflowId;
}

async function refusal(type: string, args: readonly string[], workflowId?: string): Promise<Failure> {
  const id = await startByHand(type, args, workflowId);
  return world.temporal.client.workflow
    .getHandle(id)
    .result()
    .then(
      (result) => Promise.reject(new Error(`not refused: ${JSON.stringify(result)}`)),
      (error: unknown) => clientFailure(error),
    );
}

async function stillRunning(): Promise<string[]> {
  const running: string[] = [];
  for await (const one of world.temporal.client.workflow.list({ query: `ExecutionStatus = 'Running' AND TaskQueue = '${coordinatorQueue}'` }))
    running.push(one.workflowId);
  return running;
}

describe('a run that is started with the Temporal CLI', () => {
  it('gives the same report as one started with "cau run", but for ids, times and starter', async () => {
    const first = await world.offerNext();
    const { stdout: started } = await temporal(
      `workflow start --type updatingRun --task-queue cau --input-file ${example} --task-timeout 2s --fail-existing --output json`.split(' '),
    );
    const { workflowId } = JSON.parse(started) as { workflowId: string };
    const byTemporal = await world.report(world.temporal.client.workflow.getHandle(workflowId));
    await world.untilFree();
    const boots = nodes.map((node) => world.cluster.bootId(node));

    const second = await world.offerNext();
    const args = ['--json', 'run', 'demo', '--plugins', 'simulated', '--drain-timeout', '5m', '--reason', 'started with the Temporal CLI'];
    const { stdout } = await execa(process.execPath, [cauProgram, ...args], { env: { TEMPORAL_ADDRESS: world.address }, stdin: 'ignore' });
    const byCau = reportSchema.parse(JSON.parse(stdout));

    expect(byTemporal.outcome).toBe('Succeeded');
    expect(byTemporal.nodes.map((node) => node.installed)).toEqual([4, 4, 4, 4]);
    expect(withoutOccasion(byCau, first, second)).toEqual(withoutOccasion(byTemporal, '1.0', first));
    expect(nodes.map((node) => world.cluster.bootId(node))).not.toEqual(boots);
  }, 180_000);
});

describe('what is started by hand and cannot be done is refused at once, naming what is allowed, and nothing is left running:', () => {
  const field = (input: unknown) => ['--input', JSON.stringify(input)];
  it.each<[string, readonly string[], string, RegExp]>([
    ['no input', [], 'input', /input: is missing; it must be an object with "cluster"/],
    ['a text', field('demo'), 'input', /must be an object with "cluster".* \(given: "demo"\)/],
    ['a list', field([{ cluster: 'demo' }]), 'input', /must be an object with "cluster".* \(given: \[/],
    ['an empty object', field({}), 'cluster', /cluster: is missing; it must be a name/],
    ['a cluster that is a number', field({ cluster: 7 }), 'cluster', /cluster: must be a name .*\(given: 7\)/],
    ['an unknown field', field({ cluster: 'demo', nods: ['node1'] }), 'input', /"nods".*allowed: cluster, profile, options, nodes, reason, requestedBy/],
    [
      'an unknown option',
      field({ cluster: 'demo', options: { maxParalelNodes: 1 } }),
      'options',
      /options: .*"maxParalelNodes".*allowed: plugins, .*skipChecks/,
    ],
    [
      'an option of the wrong type',
      field({ cluster: 'demo', options: { maxScanPasses: 'many' } }),
      'options.maxScanPasses',
      /must be a whole number from 1 to 20 \(given: "many"\)/,
    ],
    ['an option out of range', field({ cluster: 'demo', options: { maxScanPasses: 99 } }), 'options.maxScanPasses', /from 1 to 20 \(given: 99\)/],
    [
      'an unknown choice',
      field({ cluster: 'demo', options: { restartWhen: 'often' } }),
      'options.restartWhen',
      /must be "needed", "always" or "never" \(given: "often"\)/,
    ],
    ['an encoding that nobody knows', [...field({ cluster: 'demo' }), '--input-meta', 'encoding=json/rot13'], 'input', /cannot be read: .*json\/rot13/],
    ['a payload of bytes', [...field({ cluster: 'demo' }), '--input-meta', 'encoding=binary/plain'], 'cluster', /cluster: /],
    ['an unknown profile', field({ cluster: 'demo', profile: 'reckless' }), 'profile', /no profile "reckless"; there is: .*default/],
  ])('a run with %s', async (_title, args, where, words) => {
    const failure = await refusal('updatingRun', args);
    expect(failure).toMatchObject({ code: 'InvalidInput', where, message: expect.stringMatching(words), remedy: expect.stringMatching(/\w/) });
  });

  it('a preview with malformed input', async () => {
    expect(await refusal('preview', field({ cluster: '../etc' }))).toMatchObject({ code: 'InvalidInput', where: 'cluster' });
  });

  it('a run of a node or a plug-in that is not there', async () => {
    const options = { plugins: ['simulated'] };
    expect(await refusal('updatingRun', field({ cluster: 'demo', nodes: ['node1', 'node7'], options }))).toMatchObject({
      code: 'NotReady',
      where: 'nodes.known',
      message: expect.stringMatching(/"node7".*node1, node2, node3, node4/),
    });
    expect(await refusal('updatingRun', field({ cluster: 'demo', options: { plugins: ['dnf'] } }))).toMatchObject({
      code: 'PluginUnavailable',
      message: expect.stringMatching(/"dnf".*simulated/),
    });
  });

  it('"updateNode" and "clusterGuard", which only a run may start', async () => {
    const run = { workflowId: 'by-hand', firstExecutionRunId: randomUUID() };
    const order = { cluster: 'demo', node: 'node1', run, members: ['node2'], options: defaultOptions, updates: [], limit: 1 };
    expect(await refusal('updateNode', [])).toMatchObject({ code: 'InvalidInput' });
    expect(await refusal('updateNode', field(order), nodeWorkflowId('demo', 'node1'))).toMatchObject({
      code: 'ForbiddenCaller',
      remedy: expect.stringContaining('cau run'),
    });
    expect(await refusal('clusterGuard', field({ cluster: 'demo', run }), guardId('demo'))).toMatchObject({ code: 'ForbiddenCaller' });
  });

  it('a step of a node without any workflow', async () => {
    const start = [
      'activity',
      'start',
      '--type',
      'identifyNode',
      '--task-queue',
      'cau/node/demo/node1',
      '--activity-id',
      randomUUID(),
      '--start-to-close-timeout',
      '5s',
    ];
    await expect(temporal([...start, ...field({ cluster: 'demo', node: 'node1' })])).rejects.toMatchObject({ stderr: expect.stringMatching(/disabled/i) });
  });

  it('a command that cannot be read, which the run refuses in its answers and goes on', async () => {
    await world.offerNext((updates) => updates.filter((update) => update.name === 'app'));
    const handle = await world.start({}, { nodes: ['node4'] });
    await temporal(['workflow', 'signal', '--workflow-id', handle.workflowId, '--name', 'stop', '--input', '{}', '--input-meta', 'encoding=json/rot13']);
    const report = await world.report(handle);
    expect(report).toMatchObject({ outcome: 'Succeeded', commands: [{ command: 'stop', accepted: false, answer: expect.stringContaining('cannot be read') }] });
  });

  it('so that in the end nothing runs, nobody is held, and the next run works', async () => {
    await world.untilFree();
    expect(await stillRunning()).toEqual([]);
    expect(expectAtRest(world.cluster)).toEqual(atRest);
    expect((await world.run()).outcome).toBe('Succeeded');
  });
});

/** The report without what must differ: ids, times, starter, and which versions were on offer. */
function withoutOccasion({ run: _run, requestedBy: _starter, startedAt: _from, endedAt: _to, ...report }: Report, before: string, after: string): unknown {
  const steps = report.nodes.map(({ startedAt: _begun, endedAt: _done, inMaintenanceMs: _held, ...node }) => ({
    ...node,
    steps: node.steps.map(({ step }) => step),
    restarts: node.restarts.map(({ reasons }) => reasons),
    updates: node.updates.map((update) => ({ ...update, from: update.from === before, to: update.to === after })),
  }));
  return { ...report, nodes: steps };
}
