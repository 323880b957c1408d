import { execa } from 'execa';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Preview } from '../../domain/preview.js';
import { startCoordinator } from '../helpers/compiled.js';
import { cauProgram, createWorld, type World } from '../helpers/simulated-world.js';

let world: World;
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cau-profiles-'));
  await writeFile(join(directory, 'short.yaml'), 'description: For a test.\noptions:\n  plugins: [simulated]\n  maxScanPasses: 2\n  maxRetriesPerNode: 1\n');
  await writeFile(join(directory, 'outage.yaml'), 'options:\n  plugins: [simulated]\n  allowOutage: true\n');
  await writeFile(join(directory, 'bad.yaml'), 'options:\n  maxScanPasses: 2\n  restartWhen: often\n');
  world = await createWorld({}, { coordinatorEnv: { CAU_PROFILES: directory } });
});
afterAll(async () => {
  await world.stop();
  await rm(directory, { recursive: true });
});

const cau = (...args: string[]) =>
  execa(process.execPath, [cauProgram, ...args], {
    reject: false,
    stdin: 'ignore',
    env: {
      HOME: directory,
      XDG_CONFIG_HOME: directory,
      CAU_PROFILES: directory,
      TEMPORAL_ADDRESS: world.address,
      CAU_TASK_QUEUE: world.taskQueue,
      NO_COLOR: '1',
    },
  });
const input = (more: object) => ({ cluster: world.name, ...more });

describe('two coordinators', () => {
  it('that do not have the same profile are a finding, whichever of them the run asked', async () => {
    const other = await mkdtemp(join(tmpdir(), 'cau-other-profiles-'));
    await writeFile(join(other, 'short.yaml'), 'options:\n  plugins: [simulated]\n  maxScanPasses: 3\n');
    await writeFile(join(other, 'outage.yaml'), '# The same, written otherwise.\noptions: { allowOutage: true, plugins: [simulated] }\n');
    const second = startCoordinator({ TEMPORAL_ADDRESS: world.address, CAU_TASK_QUEUE: world.taskQueue, CAU_PROFILES: other });
    const readinessOf = async (profile: string) => (JSON.parse((await cau('--json', 'preview', world.name, '--profile', profile)).stdout) as Preview).readiness;
    try {
      const message = expect.stringMatching(
        /^Coordinators do not have the same profile "short": this run uses [0-9a-f]{12} \(\S+\), but \d+@\S+ has [0-9a-f]{12}\.$/,
      );
      await expect
        .poll(() => readinessOf('short'), { timeout: 30_000 })
        .toContainEqual(expect.objectContaining({ id: 'profile.same', severity: 'warning', message }));
      expect((await readinessOf('outage')).map(({ id }) => id)).not.toContain('profile.same');
    } finally {
      second.kill('SIGTERM');
      await second;
      await rm(other, { recursive: true });
    }
    // One that is gone says nothing, though Temporal still lists it.
    expect((await readinessOf('short')).map(({ id }) => id)).not.toContain('profile.same');
  });
});

describe('a run with a profile', () => {
  it('that its file spells wrong is refused with file, line and field, before anything is touched', async () => {
    const failure = await world.refusal(input({ profile: 'bad' }));
    expect(failure).toMatchObject({ code: 'InvalidInput', where: 'profile' });
    expect(failure.message).toContain(`${directory}/bad.yaml:3: options.restartWhen: `);
    expect(await world.cluster.installLog('node1')).toEqual([]);
  });

  it('that is not the pinned one is refused, naming both digests', async () => {
    expect(await world.refusal(input({ profile: 'short', profileDigest: '0123456789ab' }))).toMatchObject({
      code: 'InvalidInput',
      where: 'profileDigest',
      message: expect.stringMatching(/pinned to 0123456789ab, and its file \S+short\.yaml has [0-9a-f]{64}/),
    });
    expect(await world.refusal(input({ profileDigest: '0123456789ab' }))).toMatchObject({ where: 'profileDigest' });
  });

  it('may have options that are allowed only together with it', async () => {
    const request = { options: { drainWhen: 'never' }, nodes: ['node7'] };
    expect(await world.refusal(input(request))).toMatchObject({ code: 'InvalidInput', where: 'options.drainWhen' });
    expect(await world.refusal(input({ ...request, profile: 'outage' }))).toMatchObject({ code: 'NotReady', where: 'nodes.known' });
  });

  it('is previewed with it', async () => {
    const { stdout, exitCode } = await cau('--json', 'preview', world.name, '--profile', 'short');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout) as Preview).toMatchObject({
      profile: { name: 'short', source: join(directory, 'short.yaml'), commit: null },
      options: { values: { maxScanPasses: 2 }, origins: { maxScanPasses: 'profile', drainTimeout: 'default' } },
    });
  });

  it('takes its options, below those of the request, and says in the report which profile that was', async () => {
    const { digest } = JSON.parse((await cau('--json', 'profile', 'show', 'short')).stdout) as { digest: string };
    const handle = await world.start({ maxRetriesPerNode: 2 }, { profile: 'short', profileDigest: digest.slice(0, 12) });
    expect(await world.report(handle)).toMatchObject({
      outcome: 'Succeeded',
      profile: { name: 'short', digest, options: { plugins: ['simulated'], maxScanPasses: 2, maxRetriesPerNode: 1 } },
      options: {
        values: { maxScanPasses: 2, maxRetriesPerNode: 2 },
        origins: { maxScanPasses: 'profile', maxRetriesPerNode: 'request', drainTimeout: 'default' },
      },
    });
    const { stdout } = await cau('report', 'show', handle.workflowId);
    expect(stdout).toContain(`Profile short, digest ${digest.slice(0, 12)}, file ${directory}/short.yaml`);
  });
});

describe('cau profile', () => {
  it('list has good and bad ones', async () => {
    const { stdout } = await cau('profile', 'list');
    expect(stdout).toMatch(/short +[0-9a-f]{12} .*For a test\./);
    expect(stdout).toMatch(/bad +cannot be used/);
    expect(stdout).toMatch(/bad\.yaml:3: options\.restartWhen/);
  });

  it('validate fails with the problem, and passes what is good', async () => {
    expect(await cau('profile', 'validate')).toMatchObject({ exitCode: 2, stdout: expect.stringMatching(/short: good[\s\S]*default: good/) });
    expect(await cau('profile', 'validate', join(directory, 'short.yaml'), 'fast')).toMatchObject({ exitCode: 0 });
    expect(await cau('profile', 'validate', 'nowhere')).toMatchObject({ exitCode: 2, stdout: expect.stringContaining('there is no profile "nowhere"') });
  });

  it('diff shows what differs, and nothing else', async () => {
    const { stdout } = await cau('profile', 'diff', 'short');
    expect(stdout).toMatch(/maxScanPasses +2 +5/);
    expect(stdout).not.toContain('drainTimeout');
    expect((await cau('profile', 'diff', 'default', 'default')).stdout).toBe('default and default mean the same.');
  });
});
