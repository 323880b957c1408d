/** What really happened is left as it was, and a record of it is changed: the verification must notice. */
import { execa } from 'execa';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { verifyRun } from '../../client/verify.js';
import { readMachineFile } from '../../clusters/simulated/model.js';
import type { Report } from '../../domain/report.js';
import type { Verification } from '../../domain/verify/verify-run.js';
import { cauProgram, createWorld, nodes, type World } from '../helpers/simulated-world.js';

let world: World;
let report: Report;
beforeAll(async () => {
  world = await createWorld();
  report = await world.run();
}, 180_000);
afterAll(() => world.stop());

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const restore of undo.splice(0).toReversed()) await restore();
});

const verify = (of: Report = report) => verifyRun(world.temporal, { cluster: world.name, workflowId: of.run.workflowId });
const verifyAs = (said: Report) => verifyRun(world.temporal, { cluster: world.name, workflowId: said.run.workflowId, report: said });
const broken = ({ findings }: Verification) => findings.filter((finding) => finding.state === 'broken').map((finding) => finding.id);
const evidence = ({ findings }: Verification, id: string) => findings.find((finding) => finding.id === id)?.broken.join('\n');
const logOf = (node: string, name: string) => join(readMachineFile(world.cluster.machineFile(node)).stateDirectory, name);
const clusterLog = () => join(dirname(world.cluster.machineFile('node1')), 'cluster.log');
const cau = (...args: string[]) =>
  execa(process.execPath, [cauProgram, ...args], { env: { TEMPORAL_ADDRESS: world.address, CAU_TASK_QUEUE: world.taskQueue }, reject: false });

/** Changes a file until the end of the test. */
async function tamper(path: string, change: (text: string) => string): Promise<void> {
  const text = await readFile(path, 'utf8');
  undo.push(() => writeFile(path, text));
  await writeFile(path, change(text));
}

describe('the verification of a run', () => {
  it('finds that all seven invariants hold after a run that went well', async () => {
    const verification = await verify();
    expect(verification.findings.map(({ invariant, state, broken, unknown }) => ({ invariant, state, broken, unknown }))).toEqual(
      [1, 2, 3, 4, 5, 6, 7].map((invariant) => ({ invariant, state: 'holds', broken: [], unknown: [] })),
    );
    expect(verification).toMatchObject({ state: 'holds', run: report.run, witnesses: nodes, silent: [] });
    expect(verification.findings[5]?.basis).toBe('16 installations and 4 boots on 4 nodes, by their own logs');
  });

  it('finds the same by the report from the archive of a node', async () => {
    const archived = JSON.parse(await readFile(join(logOf('node1', 'reports'), `${report.run.firstExecutionRunId}.json`), 'utf8')) as Report;
    expect((await verifyAs(archived)).state).toBe('holds');
  });

  it('finds an update that was installed twice', async () => {
    await tamper(logOf('node3', 'packages.log'), (text) => {
      const last = text.trim().split('\n').at(-1) ?? '';
      return `${text}${last}\n`;
    });
    const verification = await verify();
    expect(broken(verification)).toEqual(['work.once']);
    expect(evidence(verification, 'work.once')).toMatch(/^node3 installed \w+ 1\.1 at .* and again at /);
  });

  it('finds an installation that the report does not have, and one that only the report has', async () => {
    const lines = (text: string) => text.trim().split('\n');
    await tamper(logOf('node3', 'packages.log'), (text) => `${lines(text).join('\n').replaceAll('"app"', '"other"')}\n`);
    const verification = await verify();
    expect(broken(verification)).toEqual(['report.true']);
    expect(evidence(verification, 'report.true')).toContain('the report has app 1.1 installed on node3, and its package log does not');
    expect(evidence(verification, 'report.true')).toMatch(/the package log of node3 has other 1\.1 installed at .*, and the report does not/);
  });

  it('finds a boot that nobody accounts for', async () => {
    const { endedAt } = report.nodes.find((node) => node.node === 'node1') ?? {};
    await tamper(logOf('node1', 'boots.log'), (text) => `${text}${JSON.stringify({ at: endedAt, bootId: 'ffffffff-0000-4000-8000-000000000000' })}\n`);
    const verification = await verify();
    expect(broken(verification)).toEqual(['work.once']);
    expect(evidence(verification, 'work.once')).toMatch(
      /node1 booted at .* \(ffffffff\); neither the run's ledger nor the history of the cluster accounts for it/,
    );
  });

  it('finds a node that is left held', async () => {
    const { createSimulatedDriver } = await import('../../clusters/simulated/driver.js');
    const driver = createSimulatedDriver(readMachineFile(world.cluster.machineFile('node1')));
    undo.push(async () => {
      await driver.release('node2', report.run);
      await world.cluster.until(({ idle }) => idle);
    });
    // The node looks for what a closed run left, too, and may have ended the hold before it is verified.
    await expect
      .poll(
        async () => {
          await driver.hold('node2', report.run, 1);
          return evidence(await verify(), 'nodes.resumed');
        },
        { timeout: 60_000 },
      )
      .toBe(`node2 is still held by run ${report.run.workflowId}, which is over`);
  });

  it('finds two nodes that were held at once', async () => {
    await tamper(clusterLog(), (text) =>
      text
        .split('\n')
        .filter((line) => !(line.includes('"released"') && line.includes('"node1"')))
        .join('\n'),
    );
    const verification = await verify();
    expect(broken(verification)).toContain('nodes.atOnce');
    expect(evidence(verification, 'nodes.atOnce')).toMatch(/was held at .* while node1 was held \(.* to now\)/);
  });

  it('finds a report that keeps silent about a restart, or tells a better outcome than its nodes have', async () => {
    const [first] = report.nodes;
    // A boot right after the hold or before its end is not held against a report, since clocks differ; these machines boot as fast as that.
    const earlier = (at: string) => new Date(Date.parse(at) - 10_000).toISOString();
    const silent = {
      ...report,
      nodes: report.nodes.map((node) =>
        node === first ? { ...node, restarts: [], inMaintenanceMs: 30_000, steps: node.steps.map((step) => ({ ...step, at: earlier(step.at) })) } : node,
      ),
    };
    expect(evidence(await verifyAs(silent), 'report.true')).toMatch(new RegExp(`${first?.node} booted at .*, and the report does not say so`));
    const better = { ...report, nodes: report.nodes.map((node) => (node === first ? { ...node, outcome: 'Failed' as const } : node)) };
    expect(evidence(await verifyAs(better), 'report.true')).toContain('the report says Succeeded, and the outcomes of its nodes come to PartiallyFailed');
  });

  it('is refused for a run that there is none, for one of another cluster, and for a report of another run', async () => {
    await expect(verifyRun(world.temporal, { cluster: world.name, workflowId: 'cau/run/none' })).rejects.toMatchObject({ cause: { type: 'RunNotFound' } });
    await expect(verifyRun(world.temporal, { cluster: 'other', workflowId: report.run.workflowId })).rejects.toMatchObject({ cause: { type: 'RunNotFound' } });
    await expect(verifyRun(world.temporal, { cluster: world.name, workflowId: 'another', report })).rejects.toMatchObject({ code: 'InvalidInput' });
  });
});

describe('cau verify', () => {
  it('says that every promise was kept, and ends with 0', async () => {
    const { stdout, exitCode } = await cau('verify', report.run.workflowId);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('every promise was kept');
    expect(stdout.match(/^\d  holds /gm)).toHaveLength(7);
  });

  it('shows the evidence of a broken promise, in text and as JSON, and ends with 20', async () => {
    await tamper(logOf('node3', 'packages.log'), (text) => `${text}${text.trim().split('\n').at(-1) ?? ''}\n`);
    const text = await cau('verify', report.run.workflowId);
    expect(text.exitCode).toBe(20);
    expect(text.stdout).toMatch(/6 {2}BROKEN .*\n.*\n *contradicted: node3 installed/);
    const json = await cau('verify', report.run.workflowId, '--json');
    expect(json.exitCode).toBe(20);
    expect(JSON.parse(json.stdout)).toMatchObject({ state: 'broken', cluster: world.name });
  });
});

describe('what an operator decided', () => {
  it('is found to be final: his standby was left alone; and a standby that nobody ended and is gone is found', async () => {
    await world.offerNext((updates) => updates.filter((update) => update.name === 'app'));
    world.cluster.operatorStandby('node3', 'on');
    const skipped = await world.run();
    expect(await verify(skipped)).toMatchObject({ state: 'holds' });
    world.cluster.operatorStandby('node3', 'off');
    expect(await verify(skipped)).toMatchObject({ state: 'holds' });
    await tamper(clusterLog(), (text) =>
      text
        .split('\n')
        .filter((line) => !line.includes('"standbyOff"'))
        .join('\n'),
    );
    const verification = await verify(skipped);
    expect(broken(verification)).toEqual(['operator.final']);
    expect(evidence(verification, 'operator.final')).toMatch(/^node3 was in standby by the wish of an operator .* and is not now/);
  });
});

describe('a run that was terminated', () => {
  it('is verified by the cluster and the nodes; only its report cannot be told', async () => {
    await world.offerNext();
    const handle = await world.start();
    await world.until(handle, (progress) => progress.nodes.some((node) => node.step === 'installing'));
    await handle.terminate('a test');
    await world.untilFree();
    const verification = await verifyRun(world.temporal, { cluster: world.name, workflowId: handle.workflowId });
    expect(verification.findings.map(({ invariant, state, broken }) => [invariant, state, broken])).toEqual(
      [1, 2, 3, 4, 5, 6, 7].map((invariant) => [invariant, invariant === 7 ? 'cannotTell' : 'holds', []]),
    );
    expect(verification.findings[6]?.unknown).toEqual(['there is no report: the run ended TERMINATED in Temporal']);
  });
});

describe('a node that gives no records', () => {
  it('leaves open what only they could tell, and nothing else', async () => {
    await world.offerNext();
    const run = await world.run();
    world.cluster.neverComesBack('node3');
    await world.cluster.crash('node3');
    undo.push(async () => {
      world.cluster.powerOn('node3');
      await world.cluster.until(({ nodes: members }) => members.every((member) => member.online));
    });
    await world.cluster.until(({ nodes: members, idle }) => idle && members.some((member) => member.name === 'node3' && !member.online));
    const verification = await verify(run);
    expect(verification.findings.filter(({ state }) => state === 'cannotTell').map(({ id }) => id)).toEqual(['nodes.atOnce', 'work.once', 'report.true']);
    expect(broken(verification)).toEqual([]);
    expect(verification.silent).toEqual([{ node: 'node3', why: expect.any(String) }]);
    const { exitCode, stdout } = await cau('verify', run.run.workflowId);
    expect(exitCode).toBe(21);
    expect(stdout).toContain('not to be told: node3 gave no records');
  });
});
