import { execa } from 'execa';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest';
import { stringify } from 'yaml';
import { connectClient, type TemporalClient } from '../../client/connection.js';
import type { SimulatedCluster } from '../../clusters/simulated/simulated-cluster.js';
import { loadConfiguration } from '../../configuration/configuration.js';
import { nodeQueue } from '../../domain/names.js';
import { serveNode } from '../../workers/serve-node.js';
import { cauProgram, importSimulatedCluster } from '../helpers/compiled.js';
import { atRest, expectAtRest } from '../helpers/simulated-world.js';
import { updatesOfVersion, usualPackages, usualRoles } from '../helpers/usual-cluster.js';
import type { Json } from './bad-values.js';
import { configuration } from './good-values.js';
import { printSeed } from './seed.js';
import { expectWords, sample, tries } from './tries.js';

/** With how many of those that serve the whole program is started. */
const processes = 3;
const name = `c${randomUUID().slice(0, 8)}`;
const directory = mkdtempSync(join(tmpdir(), 'cau-served-'));

let cluster: SimulatedCluster;
let temporal: TemporalClient;
beforeAll(async () => {
  printSeed();
  vi.stubEnv('CAU_STATE_DIRECTORY', join(directory, 'state'));
  // An address of junk could be that of somebody's own service, such as the usual one on this machine.
  vi.stubEnv('TEMPORAL_ADDRESS', inject('temporalAddress'));
  temporal = await connectClient(loadConfiguration({}));
  const { startSimulatedCluster } = await importSimulatedCluster();
  const settings = { cluster: name, nodes: ['node1', 'node2', 'node3', 'node4'], roles: usualRoles, packages: usualPackages };
  // Its machines start no workers of their own: whoever polls for them, is one of those here.
  cluster = await startSimulatedCluster({ ...settings, directory: join(directory, 'cluster'), updates: updatesOfVersion('1.1') });
});
afterAll(async () => {
  await temporal.close();
  await cluster.stop();
  vi.unstubAllEnvs();
  rmSync(directory, { recursive: true });
});

/**
 * A file with every field, of a simulated machine. What becomes of the driver "pacemaker" is refused for want of cluster and node: if it
 * were served, it would be this machine that a worker with the rights of root watches, and may release. So those are tried with a
 * service that lets nobody in (see the test of node configurations).
 */
function goodConfiguration(): Json {
  const { cluster: _cluster, node: _node, nodeWorker, ...others } = configuration as Readonly<Record<string, Json>>;
  const simulated = { ...(nodeWorker as object), driver: 'simulated', machineFile: cluster.machineFile('node1'), plugins: ['simulated'] };
  // Metrics would be offered by this process.
  return JSON.parse(JSON.stringify({ ...others, nodeWorker: simulated }, (field, value: Json) => (field === 'metrics' ? undefined : value))) as Json;
}

/** When a worker of the machine last asked Temporal for work. */
async function polledAt(): Promise<number> {
  const { namespace, client } = temporal;
  const { pollers } = await client.workflowService.describeTaskQueue({ namespace, taskQueue: { name: nodeQueue(name, 'node1') }, taskQueueType: 2 });
  return Math.max(0, ...(pollers ?? []).map(({ lastAccessTime: at }) => Number(at?.seconds ?? 0) * 1000 + (at?.nanos ?? 0) / 1e6));
}

type Fate = 'serves' | 'is let in nowhere' | 'is refused';

/** Serves with that file until it is clear what becomes of it, and ends that. Whatever fails must do so in words. */
async function serve(file: string): Promise<Fate> {
  const begunAt = Date.now();
  const lines: string[] = [];
  const ending = new AbortController();
  let isOver = false;
  const serving = (async () => {
    const settings = loadConfiguration({ config: file });
    // See above. Nothing that is generated comes so far; a change of that must not reach this machine.
    if (settings.driver.value !== 'simulated' && settings.cluster.value !== null && settings.node.value !== null)
      throw new Error(`${file} is no simulated one`);
    await serveNode(settings, (line) => void lines.push(line), ending.signal);
  })().then(
    () => null,
    (error: unknown) => error,
  );
  void serving.then(() => (isOver = true));
  const says = (pattern: RegExp) => lines.some((line) => pattern.test(line));
  await expect.poll(() => isOver || says(/ is ready\.$/) || says(/ refuses: .*Check address, namespace/), { message: file }).toBe(true);
  const fate = isOver ? 'is refused' : says(/ is ready\.$/) ? 'serves' : 'is let in nowhere';
  if (fate === 'serves') await expect.poll(polledAt, { message: file }).toBeGreaterThanOrEqual(begunAt);
  ending.abort();
  const error = await serving;
  if (fate === 'serves') expect(error).toBeNull();
  else expectWords(error);
  if (fate !== 'serves') expect(error).toMatchObject({ code: fate === 'is refused' ? 'ConfigurationInvalid' : 'TemporalUnavailable' });
  // Whoever is refused has asked nobody: it would have said for whom it waits.
  if (fate === 'is refused') expect(lines).toEqual([]);
  expect(lines.join('\n')).not.toMatch(/\n\s+at |\[object Object\]/);
  return fate;
}

/** The whole program with that file: until it serves, and told to end then. */
async function serveAsProgram(file: string): Promise<void> {
  const begunAt = Date.now();
  const program = execa(process.execPath, [cauProgram, 'serve', 'node'], { env: { CAU_CONFIG: file }, reject: false, all: true });
  let all = '';
  program.all.on('data', (text: Buffer) => (all += text.toString()));
  await expect.poll(() => all, { message: file }).toMatch(/ is ready\.$/m);
  await expect.poll(polledAt, { message: file }).toBeGreaterThanOrEqual(begunAt);
  program.kill('SIGTERM');
  expect((await program).exitCode).toBe(0);
  expect(all).not.toMatch(/\n\s+at |\[object Object\]/);
}

it(
  'A node worker with any configuration is refused in words, says why Temporal does not let it in, or serves its machine until it is told to end',
  { timeout: 300_000 },
  async () => {
    const write = (file: string, value: unknown) => {
      writeFileSync(join(directory, file), stringify(value) ?? '');
      return join(directory, file);
    };
    const good = write('good.yaml', goodConfiguration());
    expect(await serve(good)).toBe('serves');
    const fates: [string, Fate][] = [];
    for (const [index, value] of sample(goodConfiguration()).entries()) {
      const file = write(`config${index}.yaml`, value);
      fates.push([file, await serve(file)]);
    }
    const those = (fate: Fate) => fates.filter(([, one]) => one === fate).map(([file]) => file);
    expect(fates).toHaveLength(tries);
    expect(those('is refused').length).toBeGreaterThan(tries / 4);
    for (const file of [good, ...those('serves')].slice(0, processes)) await serveAsProgram(file);
    expect(expectAtRest(cluster)).toEqual(atRest);
    expect(await cluster.installLog('node1')).toEqual([]);
    expect(await cluster.bootLog('node1')).toHaveLength(1);
  },
);
