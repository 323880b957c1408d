import { execa } from 'execa';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { atRest, createWorld, expectAtRest, nodes, type World } from '../helpers/simulated-world.js';

const worked = ['node1', 'node2'];
const root = fileURLToPath(new URL('../..', import.meta.url));

let world: World;
let versions: string;
beforeAll(async () => {
  world = await createWorld();
  // Inside the package, so that it finds its libraries; the directory is no part of the repository.
  await mkdir(join(root, 'node_modules/.cache'), { recursive: true });
  versions = await mkdtemp(join(root, 'node_modules/.cache/cau-versions-'));
}, 120_000);
afterAll(async () => {
  await world.stop();
  await rm(versions, { recursive: true, force: true });
});

/** Another version of the product: as compiled, but with this change of its workflow code. Answers its command line. */
async function makeVersion(name: string, change: (code: string) => string): Promise<string> {
  const directory = join(versions, name);
  await cp(join(root, 'dist'), directory, { recursive: true });
  const bundle = join(directory, 'workers/workflow-bundle.cjs');
  const code = await readFile(bundle, 'utf8');
  const changed = change(code);
  expect(changed).not.toBe(code);
  await writeFile(bundle, changed);
  return join(directory, 'cli/main.js');
}

describe('a run that is under way when the next version is installed on all coordinators and nodes', () => {
  let coordinator: ReturnType<typeof serve> | undefined;
  const serve = (program: string) =>
    execa(process.execPath, [program, 'serve', 'coordinator'], {
      env: { TEMPORAL_ADDRESS: world.address, CAU_TASK_QUEUE: world.taskQueue },
      stdin: 'ignore',
      reject: false,
      all: true,
    });
  afterEach(async () => {
    coordinator?.kill('SIGTERM');
    await coordinator;
  });

  it('goes on where its history replays', async () => {
    const version = await world.offerNext();
    const handle = await world.start({}, { nodes: worked });
    await world.until(handle, (progress) => progress.nodes.some((node) => node.step === 'installing'));
    await world.killCoordinators();
    await Promise.all(nodes.map((node) => world.cluster.killWorker(node)));
    coordinator = serve(await makeVersion('compatible', (code) => code.replace('roles leave the node', 'roles move away from the node')));
    const report = await world.report(handle);
    expect(report.outcome).toBe('Succeeded');
    const { events } = await handle.fetchHistory();
    const builds = events?.flatMap((event) => event.workflowTaskCompletedEventAttributes?.workerVersion?.buildId ?? []);
    expect(new Set(builds).size, 'two versions took steps, each by its name in the history').toBe(2);
    for (const node of worked) {
      const installed = (await world.cluster.installLog(node)).filter((record) => record.version === version);
      expect(installed.map(({ name }) => name).toSorted()).toEqual(['agent', 'app', 'kernel', 'lib']);
    }
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });

  it('is told apart at once where it does not, and goes on with the version that began it', async () => {
    world.startCoordinator();
    await world.offerNext();
    const handle = await world.start({}, { nodes: worked });
    await world.until(handle, (progress) => progress.nodes.some((node) => node.step === 'installing'));
    await world.killCoordinators();
    const other = await serve(await makeVersion('incompatible', (code) => code.replaceAll('takeLease', 'leaseCluster')));
    expect(other.exitCode).not.toBe(0);
    expect(other.all).toContain('VersionMismatch');
    expect(other.all).toContain(handle.workflowId);
    expect(other.all).not.toMatch(/\n\s+at /);
    world.startCoordinator();
    expect((await world.report(handle)).outcome).toBe('Succeeded');
    expect(expectAtRest(world.cluster)).toEqual(atRest);
  });
});
