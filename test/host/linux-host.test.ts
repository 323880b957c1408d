import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLinuxHost } from '../../host/linux-host.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cau-systemctl-'));
  vi.stubEnv('PATH', `${directory}:${process.env['PATH'] ?? ''}`);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(directory, { recursive: true, force: true });
});

describe('the unit of an operation', () => {
  it.each([
    ['is active', 'echo active', true],
    ['is being stopped', 'echo deactivating', true],
    ['is inactive, or unknown', 'echo inactive', false],
    ['has failed', 'echo failed', false],
    // An operation that is taken for ended is followed by the restart of its node.
    ['cannot be asked for', 'echo "Failed to get properties: Connection timed out" >&2; exit 1', true],
    ['is not told', ':', true],
  ])('that %s', async (_title, script, running) => {
    const systemctl = join(directory, 'systemctl');
    await writeFile(systemctl, `#!/bin/sh\n${script}\n`);
    await chmod(systemctl, 0o755);
    expect(await createLinuxHost(['true']).isOperationRunning('cau-install')).toBe(running);
  });
});
