/** Builds the Temporal CLI from the pinned Go module. Minutes the first time; Go verifies every module by `go.sum`. */
import { execa } from 'execa';
import { mkdir, open, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { moduleDirectory, storeCli, examineCachedCli } from './cli-cache.js';

/** `remedy` where a better one is known than to get a Temporal CLI in another way. */
export type BuildResult = { readonly built: true } | { readonly built: false; readonly reason: string; readonly remedy?: string };

const oldestGo = '1.21.0';
const neededGo = '1.26.4';
const tellMs = 15_000;
const staleLockMs = 20 * 60_000;
/** How Go, and the libraries below it, say that a server cannot be reached. */
const networkFailure = /dial tcp|proxyconnect|no such host|i\/o timeout|connection re(?:fused|set)|network is unreachable|TLS handshake|module lookup disabled/;

/** Builds it into the cache at `path`; two processes that want it at once build it once. */
export async function buildCli(path: string, progress: (line: string) => void): Promise<BuildResult> {
  const go = await findGo();
  if (!go.usable) return { built: false, reason: go.reason };
  await mkdir(dirname(path), { recursive: true });
  const lock = `${path}.lock`;
  if (!(await lockOrWait(lock, path, progress))) return { built: true };
  const started = Date.now();
  const telling = setInterval(() => progress(`still building the Temporal CLI (${Math.round((Date.now() - started) / 1000)} s)`), tellMs);
  try {
    progress(`building the Temporal CLI with Go ${go.version}; this takes about 6 minutes, once`);
    const built = `${path}.${process.pid}`;
    const result = await execa(
      'go',
      [
        'build',
        '-trimpath',
        '-ldflags=-s -w -X github.com/temporalio/cli/internal/temporalcli.Version=1.8.2',
        '-o',
        built,
        'github.com/temporalio/cli/cmd/temporal',
      ],
      {
        cwd: moduleDirectory(),
        reject: false,
        stdin: 'ignore',
        // A Go that is older than the module asks for fetches the right one as a module itself.
        env: { CGO_ENABLED: '0', GOFLAGS: '-mod=readonly', ...(isOlder(go.version, neededGo) ? { GOTOOLCHAIN: 'auto' } : {}) },
      },
    );
    if (result.exitCode !== 0) return explainFailure(result.stderr);
    await storeCli(built, path);
    progress(`built the Temporal CLI in ${Math.round((Date.now() - started) / 1000)} s`);
    return { built: true };
  } finally {
    clearInterval(telling);
    await rm(lock, { force: true });
  }
}

async function findGo(): Promise<{ usable: true; version: string } | { usable: false; reason: string }> {
  const result = await execa('go', ['version'], { reject: false, stdin: 'ignore' });
  const version = /go(\d+\.\d+(?:\.\d+)?)/.exec(result.stdout ?? '')?.[1];
  if (version === undefined) return { usable: false, reason: 'Go is not installed' };
  if (isOlder(version, oldestGo)) return { usable: false, reason: `Go ${version} is too old; ${oldestGo} or newer is needed` };
  return { usable: true, version };
}

/** True: the lock is ours and there is work to do. False: another process has built it meanwhile. */
async function lockOrWait(lock: string, path: string, progress: (line: string) => void): Promise<boolean> {
  for (let told = false; ; told = true) {
    try {
      await (await open(lock, 'wx')).close();
      return true;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    if (!told) progress('another process is building the Temporal CLI; waiting for it');
    await delay(500);
    const age = await stat(lock).then(
      (file) => Date.now() - file.mtimeMs,
      () => 0,
    );
    if (age > staleLockMs) await rm(lock, { force: true });
    if ((await examineCachedCli(path)) === 'whole') return false;
  }
}

/** Go says of each module that it could not fetch that it could not; one of them tells as much as all. */
function explainFailure(said: string): BuildResult {
  const unfetched = said.split('\n').find((line) => networkFailure.test(line));
  if (unfetched === undefined) return { built: false, reason: `"go build" failed: ${lastLines(said)}` };
  return {
    built: false,
    reason: `Go could not fetch what it is built from: ${unfetched.trim().slice(0, 400)}`,
    remedy: 'Let Go reach its modules (HTTPS_PROXY or GOPROXY, see "go env"), put a Temporal CLI on the PATH, or name one in CAU_TEMPORAL_CLI.',
  };
}

function isOlder(version: string, than: string): boolean {
  return version.localeCompare(than, 'en', { numeric: true }) < 0;
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-3).join(' / ').slice(0, 400);
}
