import { execa } from 'execa';
import { cp, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { atRest, createWorld, expectAtRest, nodes, type World } from '../helpers/simulated-world.js';

const worked = ['node1', 'node2'];
const root = fileURLToPath(new URL('../..', import.meta.url));

let world: World;
let versions: string;
const machineFiles = new Map<string, string>();
beforeAll(async () => {
  // Inside the package, so that it finds its libraries; the directory is no part of the repository.
  await mkdir(join(root, 'node_modules/.cache'), { recursive: true });
  versions = await mkdtemp(join(root, 'node_modules/.cache/cau-versions-'));
  await symlink(join(root, 'dist'), installed());
  world = await createWorld({
    workerCommand: (node, machineFile) => {
      machineFiles.set(node, machineFile);
      return {
        command: process.execPath,
        args: [join(installed(), 'cli/main.js'), 'serve', 'node', '--machine-file', machineFile],
        env: { TEMPORAL_ADDRESS: inject('temporalAddress') },
      };
    },
  });
}, 120_000);
afterAll(async () => {
  await world.stop();
  await rm(versions, { recursive: true, force: true });
});

/** The version that is installed on the nodes. */
const installed = () => join(versions, 'installed');

/** Installs that version on the nodes, whose workers end without notice. */
async function installOnNodes(version: string): Promise<void> {
  await symlink(version, `${installed()}.next`);
  await rename(`${installed()}.next`, installed());
  await Promise.all(nodes.map((node) => world.cluster.killWorker(node)));
}

/** What programs wrote down on the machine of that node. */
async function logOf(node: string): Promise<string> {
  const { stateDirectory } = JSON.parse(await readFile(machineFiles.get(node) ?? '', 'utf8')) as { stateDirectory: string };
  return readFile(join(stateDirectory, 'machine.log'), 'utf8');
}

/** Another version of the product: as compiled, but with this change of its workflow code. Answers where it is. */
async function makeVersion(name: string, change: (code: string) => string): Promise<string> {
  const directory = join(versions, name);
  await cp(join(root, 'dist'), directory, { recursive: true });
  const bundle = join(directory, 'workers/workflow-bundle.cjs');
  const code = await readFile(bundle, 'utf8');
  const changed = change(code);
  expect(changed).not.toBe(code);
  await writeFile(bundle, changed);
  const program = join(directory, 'cli/program.cjs');
  await writeFile(program, (await readFile(program, 'utf8')).replace(' is ready.', ` is ready, version ${name}.`));
  return directory;
}

describe('a run that is under way when the next version is installed on all coordinators and nodes', () => {
  let coordinator: ReturnType<typeof serve> | undefined;
  const serve = (version: string) =>
    execa(process.execPath, [join(version, 'cli/main.js'), 'serve', 'coordinator'], {
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
    const next = await makeVersion('compatible', (code) => code.replace('roles leave the node', 'roles move away from the node'));
    await world.killCoordinators();
    await installOnNodes(next);
    coordinator = serve(next);
    const report = await world.report(handle);
    expect(report.outcome).toBe('Succeeded');
    const { events } = await handle.fetchHistory();
    const builds = events?.flatMap((event) => event.workflowTaskCompletedEventAttributes?.workerVersion?.buildId ?? []);
    expect(new Set(builds).size, 'two versions took steps, each by its name in the history').toBe(2);
    for (const node of nodes) expect(await logOf(node)).toContain('is ready, version compatible.');
    for (const node of worked) {
      const records = (await world.cluster.installLog(node)).filter((record) => record.version === version);
      expect(records.map(({ name }) => name).toSorted()).toEqual(['agent', 'app', 'kernel', 'lib']);
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
