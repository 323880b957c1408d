/** Runs that are asked for what few ask for: two nodes at once and steered roles, a profile, targets that are told. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createWorld, type World } from '../helpers/simulated-world.js';
import { startReceiver, type Receiver } from '../helpers/webhook-receiver.js';
import { recordRun } from './record-run.js';

const nodes = ['node1', 'node2', 'node3', 'node4', 'node5'];

let world: World;
let receiver: Receiver;
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cau-histories-'));
  receiver = await startReceiver();
  await writeFile(join(directory, 'short.yaml'), 'options:\n  plugins: [simulated]\n  maxScanPasses: 2\n');
  const file = join(directory, 'config.yaml');
  await writeFile(file, JSON.stringify({ coordinator: { profiles: [directory], notify: { chat: { webhook: receiver.url } } } }));
  world = await createWorld({ nodes }, { coordinatorEnv: { CAU_CONFIG: file } });
});
beforeEach(() => world.offerNext((updates) => updates.filter((update) => update.name === 'app')));
afterAll(async () => {
  await world.stop();
  await receiver.stop();
  await rm(directory, { recursive: true });
});

it('two at once, steered', async () => {
  const handle = await world.start({ maxParallelNodes: 2, placement: 'fewestMoves', failback: 'end' });
  expect((await world.report(handle)).outcome).toBe('Succeeded');
  await recordRun(world, nodes, 'two-at-once-steered', handle);
});

it('a profile, and a target that is told', async () => {
  const handle = await world.start({ notify: ['chat'] }, { profile: 'short', nodes: ['node3'] });
  expect((await world.report(handle)).outcome).toBe('Succeeded');
  expect(await recordRun(world, ['node3'], 'profile-and-target', handle)).toBe(4);
});
