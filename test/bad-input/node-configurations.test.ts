import { execa } from 'execa';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { stringify } from 'yaml';
import { loadConfiguration } from '../../configuration/configuration.js';
import { CauError } from '../../domain/errors.js';
import { serveNode } from '../../workers/serve-node.js';
import { cauProgram } from '../helpers/compiled.js';
import { startRefusingService, type RefusingService } from '../helpers/refusing-service.js';
import { configuration } from './good-values.js';
import type { Json } from './bad-values.js';
import { printSeed } from './seed.js';
import { expectWords, sample, tries } from './tries.js';

/** How many of them the whole program is started with. */
const processes = 5;

const directory = mkdtempSync(join(tmpdir(), 'cau-bad-nodes-'));
/** Lets nobody in: what gets as far as to ask it was taken. */
let temporal: RefusingService;
beforeAll(async () => {
  printSeed();
  temporal = await startRefusingService();
  temporal.answer(() => ({ code: 16, words: 'nobody is let in' }));
  vi.stubEnv('CAU_STATE_DIRECTORY', join(directory, 'state'));
  vi.stubEnv('TEMPORAL_ADDRESS', temporal.address);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await temporal.stop();
  rmSync(directory, { recursive: true });
});

/** They would be offered by this process. */
const withoutMetrics = JSON.parse(JSON.stringify(configuration, (name, value: Json) => (name === 'metrics' ? undefined : value))) as Json;

/** Serves the node until Temporal refuses it. @throws what refuses the configuration */
async function serve(config: string): Promise<void> {
  const ending = new AbortController();
  await serveNode(loadConfiguration({ config }), (line) => line.includes('nobody is let in') && ending.abort(), ending.signal);
}

it.each([
  ['no cluster', { node: 'node1' }, /^cluster is not set/],
  ['no node', { cluster: 'c1' }, /^node is not set/],
  [
    'a plug-in that is none',
    { cluster: 'c1', node: 'node1', nodeWorker: { plugins: ['constructor'] } },
    /plugins: this node cannot .*"constructor"; allowed are: apt\./,
  ],
  ['a plug-in of simulated machines', { cluster: 'c1', node: 'node1', nodeWorker: { plugins: ['simulated'] } }, /this node cannot have .*"simulated"/],
  ['a simulated machine that is not named', { nodeWorker: { driver: 'simulated' } }, /machineFile is needed/],
  ['a simulated machine that is not there', { nodeWorker: { driver: 'simulated', machineFile: '/no/such' } }, /machineFile: \/no\/such cannot be read/],
  ['a file that is no machine', { nodeWorker: { driver: 'simulated', machineFile: join(directory, 'empty.json') } }, /is not the file of a simulated machine/],
])('A node worker with %s is refused before it asks anybody', async (_title, content, words) => {
  writeFileSync(join(directory, 'empty.json'), '{}');
  writeFileSync(join(directory, 'config.yaml'), stringify(content));
  const before = temporal.asked.length;
  await expect(serve(join(directory, 'config.yaml'))).rejects.toMatchObject({ code: 'ConfigurationInvalid', message: expect.stringMatching(words) });
  expect(temporal.asked).toHaveLength(before);
});

it(
  'A node worker with any configuration is refused in one sentence before it asks anybody, with exit code 2, unless it is good',
  { timeout: 240_000 },
  async () => {
    const refused: string[] = [];
    for (const [index, value] of sample(withoutMetrics).entries()) {
      const file = join(directory, `config${index}.yaml`);
      writeFileSync(file, stringify(value) ?? '');
      const before = temporal.asked.length;
      const error = await serve(file).catch((cause: unknown) => cause);
      expectWords(error);
      if (error instanceof CauError && error.failure.code === 'TemporalUnavailable') continue;
      expect(temporal.asked).toHaveLength(before);
      refused.push(file);
    }
    expect(refused.length).toBeGreaterThan(tries / 2);
    for (const file of refused.slice(0, processes)) {
      const { exitCode, all } = await execa(process.execPath, [cauProgram, 'serve', 'node'], { env: { CAU_CONFIG: file }, reject: false, all: true });
      expect(exitCode).toBe(2);
      expect(all).not.toMatch(/\n\s+at |\n.*\n/);
    }
  },
);
