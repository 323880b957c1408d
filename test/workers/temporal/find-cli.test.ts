import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cachedCliPath, storeCli } from '../../../workers/temporal/cli-cache.js';
import { findTemporalCli } from '../../../workers/temporal/find-cli.js';

let directory: string;
const lines: string[] = [];
const progress = (line: string) => lines.push(line);

/** A program that answers `--version`, as a real one would. */
async function program(path: string, version: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `#!/bin/sh\necho "temporal version ${version} (Server 1.31.2, UI 2.50.1)"\n`);
  await chmod(path, 0o755);
  return path;
}

/** A Go that is new enough, and whose build says that and fails. */
async function goThatFails(says: string): Promise<void> {
  const path = join(directory, 'bin', 'go');
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `#!/bin/sh\n[ "$1" = version ] && { echo "go version go1.26.4 linux/amd64"; exit 0; }\necho '${says}' >&2\nexit 1\n`);
  await chmod(path, 0o755);
}

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cau-cli-'));
  lines.length = 0;
  vi.stubEnv('CAU_TEMPORAL_CLI', '');
  vi.stubEnv('XDG_CACHE_HOME', join(directory, 'cache'));
  // Only the shell, so that neither a real Temporal CLI nor Go is found.
  vi.stubEnv('PATH', join(directory, 'bin'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(directory, { recursive: true });
});

describe('the Temporal CLI', () => {
  it('is the one that CAU_TEMPORAL_CLI names', async () => {
    const path = await program(join(directory, 'mine'), '1.8.2');
    vi.stubEnv('CAU_TEMPORAL_CLI', path);
    expect(await findTemporalCli(progress)).toBe(path);
  });

  it('is never silently another than the one that CAU_TEMPORAL_CLI names', async () => {
    await program(join(directory, 'bin', 'temporal'), '1.8.2');
    vi.stubEnv('CAU_TEMPORAL_CLI', join(directory, 'missing'));
    await expect(findTemporalCli(progress)).rejects.toMatchObject({ code: 'TemporalNotFound', failure: { where: 'CAU_TEMPORAL_CLI' } });
  });

  it('is the one on the PATH when that is new enough', async () => {
    const path = await program(join(directory, 'bin', 'temporal'), '1.8.2');
    expect(await findTemporalCli(progress)).toBe(path);
  });

  it('comes from the cache when the one on the PATH is too old', async () => {
    await program(join(directory, 'bin', 'temporal'), '1.5.1');
    const cached = await cachedCliPath();
    await storeCli(await program(join(directory, 'built'), '1.8.2'), cached);
    expect(await findTemporalCli(progress)).toBe(cached);
  });

  it('in the cache is not used when it is damaged, and the user is told', async () => {
    const cached = await cachedCliPath();
    await storeCli(await program(join(directory, 'built'), '1.8.2'), cached);
    await writeFile(cached, 'half a bin');
    await expect(findTemporalCli(progress)).rejects.toMatchObject({ code: 'TemporalNotFound' });
    expect(lines).toEqual([expect.stringContaining('is damaged')]);
  });

  it('that cannot be got is refused with one sentence that names every way and what to do', async () => {
    await program(join(directory, 'bin', 'temporal'), '1.5.1');
    const error = await findTemporalCli(progress).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'TemporalNotFound' });
    expect((error as Error).message).toMatch(/it is version 1\.5\.1.*the cache .* has none; Go is not installed/);
  });

  it('that cannot be built without a network is refused with what could not be reached and what to do, and the next attempt is free to build', async () => {
    const unreachable = 'dial tcp: lookup modules.example on 192.0.2.1:53: no such host';
    await goThatFails(
      `go: downloading github.com/temporalio/cli v1.8.2\n../../cmd/main.go:8:2: github.com/temporalio/cli@v1.8.2: Get "https://modules.example/x.zip": ${unreachable}`,
    );
    for (const attempt of ['first', 'second']) {
      const error = await findTemporalCli(progress).catch((thrown: unknown) => thrown);
      expect(error, attempt).toMatchObject({
        code: 'TemporalNotFound',
        message: expect.stringMatching(
          /^No usable Temporal CLI: no "temporal" is on the PATH; the cache \S+ has none; Go could not fetch what it is built from: [^\n]*no such host\.$/,
        ),
        failure: { remedy: expect.stringMatching(/^Let Go reach its modules \(HTTPS_PROXY or GOPROXY.* CAU_TEMPORAL_CLI\.$/) },
      });
    }
  });

  it('that cannot be built for another reason is refused with what Go said last', async () => {
    await goThatFails('# github.com/temporalio/cli\nlink: running out of space');
    await expect(findTemporalCli(progress)).rejects.toMatchObject({
      message: expect.stringMatching(/"go build" failed: # github\.com\/temporalio\/cli \/ link: running out of space\.$/),
      failure: { remedy: expect.stringMatching(/^Install Go 1\.21/) },
    });
  });
});
