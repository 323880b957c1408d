/** The simulated plug-in installs for real: files that survive a kill, a log that proves it, failures that stay. */
import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { quickTimings, type SimulatedUpdate } from '../../../clusters/simulated/model.js';
import type { PluginContext, UpdatePlugin } from '../../../domain/ports/update-plugin.js';
import { createSimulatedPlugin } from '../../../plugins/simulated/simulated-plugin.js';

let directory: string;
let plugin: UpdatePlugin;
let context: PluginContext;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cau-plugin-'));
  await mkdir(join(directory, 'run'));
  await setInstalled({ app: { version: '1.9', status: 'installed' }, kernel: { version: '6.1', status: 'installed' } });
  context = { cluster: 'c', node: 'node1', stateDirectory: join(directory, 'plugin'), progress: () => undefined };
  const machine = {
    node: 'node1',
    stateDirectory: directory,
    runDirectory: join(directory, 'run'),
    repositoryFile: join(directory, 'repository.json'),
    timings: { ...quickTimings, installMs: 1 },
  };
  plugin = createSimulatedPlugin(machine, { bootId: () => Promise.resolve('boot-1') });
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const offer = (...updates: SimulatedUpdate[]) => writeFile(join(directory, 'repository.json'), JSON.stringify(updates));
const setInstalled = (packages: unknown) => writeFile(join(directory, 'packages.json'), JSON.stringify(packages));
const scan = async () => (await plugin.scan('all', context)).updates;
const installAll = async () => plugin.install(await scan(), context);

describe('a scan', () => {
  it('for security updates keeps back all others, and says why', async () => {
    await setInstalled({ app: { version: '1.9', status: 'installed' }, tool: { version: '1.0', status: 'installed' } });
    await offer({ name: 'app', version: '2.0' }, { name: 'tool', version: '1.1', security: true });
    const { updates, keptBack } = await plugin.scan('security', context);
    expect(updates.map((update) => update.name)).toEqual(['tool']);
    expect(keptBack).toEqual([{ name: 'app', reason: 'no security update' }]);
  });

  it('finds newer versions only, and counts numbers as numbers', async () => {
    await offer({ name: 'app', version: '1.10' }, { name: 'kernel', version: '6.1' }, { name: 'other', version: '2' });
    expect((await scan()).map(({ name, from, to }) => ({ name, from, to }))).toEqual([{ name: 'app', from: '1.9', to: '1.10' }]);
  });

  it('finds what another update reveals only after that one, also when it is new to the node', async () => {
    await offer({ name: 'app', version: '2.0' }, { name: 'library', version: '1', revealedBy: { name: 'app', version: '2.0' } });
    expect((await scan()).map((update) => update.name)).toEqual(['app']);
    await installAll();
    expect((await scan()).map(({ name, from }) => ({ name, from }))).toEqual([{ name: 'library', from: null }]);
    await installAll();
    expect(await scan()).toEqual([]);
  });
});

describe('an installation', () => {
  it('leaves its beginning and its end in the log, with the boot, and does nothing the second time', async () => {
    await offer({ name: 'app', version: '2.0' });
    const updates = await scan();
    expect((await plugin.install(updates, context)).updates).toMatchObject([{ name: 'app', version: '2.0', outcome: 'succeeded' }]);
    expect((await plugin.install(updates, context)).updates).toMatchObject([{ outcome: 'alreadyInstalled' }]);
    const lines = (await readFile(join(directory, 'packages.log'), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    const line = { at: expect.any(String), bootId: 'boot-1', name: 'app', from: '1.9', version: '2.0' };
    expect(lines).toEqual([{ ...line, begun: true }, line]);
    expect(await plugin.history('2026-01-01T00:00:00.000Z', context)).toEqual({
      records: [{ plugin: 'simulated', name: 'app', from: '1.9', to: '2.0', at: expect.any(String), isFinished: true }],
      gap: null,
    });
    await expect(plugin.verify(updates, context)).resolves.toEqual({ clean: true, problems: [] });
  });

  it('asks for a restart where the update needs one', async () => {
    await offer({ name: 'kernel', version: '6.2', restart: true });
    expect((await installAll()).restartNeed).toEqual({ needed: true, reasons: ['restart required by kernel'] });
  });

  it('that fails leaves a broken package, which no repair mends while its script fails', async () => {
    await offer({ name: 'app', version: '2.0', failsOn: ['node1'] });
    expect((await installAll()).updates).toMatchObject([{ outcome: 'failed', restartRequired: false, message: expect.stringContaining('failed') }]);
    expect(await plugin.repair(context)).toMatchObject({ repaired: [], problems: [expect.stringContaining('app')] });
    expect((await plugin.verify([], context)).clean).toBe(false);
    await offer({ name: 'app', version: '2.0' });
    expect((await installAll()).updates).toMatchObject([{ outcome: 'succeeded' }]);
    expect((await plugin.verify([], context)).clean).toBe(true);
  });

  it('that was killed in the middle is found broken, and repaired to what was there before', async () => {
    await offer({ name: 'app', version: '2.0' });
    await setInstalled({ app: { version: '1.9', status: 'half' } });
    expect((await plugin.scan('all', context)).findings).toMatchObject([{ id: 'packages.clean' }]);
    await expect(plugin.repair(context)).resolves.toEqual({ repaired: ['app'], problems: [] });
    await expect(plugin.verify([], context)).resolves.toEqual({ clean: true, problems: [] });
    expect((await scan()).map((update) => update.to)).toEqual(['2.0']);
  });
});

describe('a mirror that changed', () => {
  it('has lost what was planned, which staging tells', async () => {
    await offer({ name: 'app', version: '2.0' });
    const updates = await scan();
    await offer({ name: 'app', version: '2.1' });
    await expect(plugin.stage(updates, context)).resolves.toEqual({ bytes: 0, gone: ['app'] });
  });
});
