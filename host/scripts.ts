/**
 * The scripts that a node has for runs: files of one directory, asked for by name. Whoever could replace one would be root
 * on the node, so that nobody else may: the file and every directory above it belong to root and are written by root alone.
 */
import { createHash } from 'node:crypto';
import { lstat, readFile, realpath } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { CauError } from '../domain/errors.js';
import { scriptNameSchema } from '../domain/hooks.js';
import type { ExaminedScript } from '../domain/ports/activities.js';

/** The node's own policy. */
export interface ScriptPolicy {
  readonly directory: string;
  /** The scripts that may be run; null: every one in the directory. */
  readonly allowed: readonly string[] | null;
}

/** What must be so of a script, for remedies. */
const remedyFor = (directory: string) =>
  `Put an executable file of that name into ${directory}, owned by root and not writable by others, as the directory and all above it; then start again.`;

/** What each script is, or why it cannot be run. */
export function examineScripts(policy: ScriptPolicy, names: readonly string[]): Promise<ExaminedScript[]> {
  return Promise.all(
    names.map(async (script) => {
      try {
        return { script, problem: null, digest: await digestOf(await requireScript(policy, script)) };
      } catch (error) {
        if (!(error instanceof CauError)) throw error;
        return { script, problem: error.message, digest: null };
      }
    }),
  );
}

/**
 * The file of a script that may be run.
 * @throws CauError `RefusedByNode` naming the file and what is wrong with it
 */
export async function requireScript({ directory, allowed }: ScriptPolicy, name: string): Promise<string> {
  if (!scriptNameSchema.safeParse(name).success) throw refuse(directory, name, `"${name}" is no name of a script`);
  if (allowed !== null && !allowed.includes(name)) {
    throw new CauError('RefusedByNode', `The policy of this node does not let a run use the script "${name}"; it allows: ${allowed.join(', ') || 'none'}.`, {
      where: name,
      remedy: 'Add it to nodeWorker.scripts in the configuration of the node, or name another.',
    });
  }
  const file = join(await findDirectory(directory, name), name);
  const problem = await problemOf(file);
  if (problem !== null) throw refuse(directory, name, `${file} ${problem}`);
  return file;
}

/** The directory, when neither it nor anything above it can be replaced by anybody but root. */
async function findDirectory(directory: string, name: string): Promise<string> {
  let place: string;
  try {
    place = await realpath(directory);
  } catch {
    throw refuse(directory, name, `there is no directory ${directory}`);
  }
  // Whoever could turn a link round could let a name mean a program of the system.
  if (place !== resolve(directory)) throw refuse(directory, name, `${directory} is reached by a symbolic link; its real place is ${place}`);
  for (let path = place; ; path = dirname(path)) {
    const { uid, mode } = await lstat(path);
    if (!isTrusted(uid)) throw refuse(directory, name, `${path} belongs to user ${uid}, not to root`);
    // In a sticky directory, as /tmp is, only the owner can replace what is his.
    const isSticky = path !== place && (mode & 0o1000) !== 0;
    if ((mode & 0o022) !== 0 && !isSticky) throw refuse(directory, name, `${path} can be written by others than root`);
    if (path === dirname(path)) return place;
  }
}

async function problemOf(file: string): Promise<string | null> {
  const found = await lstat(file).catch(() => null);
  if (found === null) return 'does not exist';
  if (found.isSymbolicLink()) return 'is a symbolic link; only a file of the directory itself is run';
  if (!found.isFile()) return 'is not a file';
  if (!isTrusted(found.uid)) return `belongs to user ${found.uid}, not to root`;
  if ((found.mode & 0o022) !== 0) return 'can be written by others than root';
  return (found.mode & 0o100) === 0 ? 'is not executable' : null;
}

/** Root; of a worker that is not root, as that of a simulated machine, also whoever it is: it can do nothing that he could not. */
function isTrusted(uid: number): boolean {
  return uid === 0 || uid === process.getuid?.();
}

async function digestOf(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}

function refuse(directory: string, name: string, why: string): CauError {
  return new CauError('RefusedByNode', `Script "${name}": ${why}.`, { where: name, remedy: remedyFor(directory) });
}
