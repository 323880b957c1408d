/** Which commit a file of a Git working copy is from. */
import { execFile } from 'node:child_process';
import { basename, dirname } from 'node:path';

/** Three commands must fit into the time that a coordinator has for a profile. */
const timeoutMs = 1200;

/**
 * The commit whose content of the file is exactly these bytes; null where there is no working copy, where Git is not there or does
 * not answer in time, and for a file that was changed or added since.
 */
export async function commitOf(file: string, bytes: Buffer): Promise<string | null> {
  const directory = dirname(file);
  const commit = await git(directory, ['rev-parse', '--verify', '--quiet', 'HEAD']);
  if (commit === null) return null;
  const committed = await git(directory, ['rev-parse', '--verify', '--quiet', `${commit}:./${basename(file)}`]);
  const present = await git(directory, ['hash-object', '--no-filters', '--stdin'], bytes);
  return committed !== null && committed === present ? commit : null;
}

/**
 * The answer of Git, or null. A working copy of another user is read too: these commands run nothing of what its
 * configuration says.
 */
function git(directory: string, args: readonly string[], input?: Buffer): Promise<string | null> {
  return new Promise((resolve) => {
    const child = execFile('git', ['-c', 'safe.directory=*', '-C', directory, ...args], { timeout: timeoutMs }, (error, stdout) =>
      resolve(error === null ? stdout.trim() : null),
    );
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input ?? '');
  });
}
