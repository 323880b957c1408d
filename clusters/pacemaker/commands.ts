/** Runs the cluster's own tools: in the C locale, on a fixed path, never longer than asked, and never through a shell. */
import { execa } from 'execa';
import { CauError } from '../../domain/errors.js';

export interface CommandOptions {
  readonly timeoutMs?: number;
  /** Added to the fixed environment, for instance `CIB_file` to work on a copy. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** What a tool answered. `exitCode` is null when it did not end in time or could not be started. */
export interface CommandResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
}

/** Runs one tool; never throws for what the tool does. */
export type CommandRunner = (command: string, args: readonly string[], options?: CommandOptions) => Promise<CommandResult>;

/** How long a question to the cluster may take, in milliseconds. A healthy tool answers within 50. */
export const questionMs = 2500;

// Nothing is inherited: a CIB_file or a foreign PATH in the worker's environment would make the tools answer for another cluster.
const fixedEnvironment = { LC_ALL: 'C', PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root' };

/** The runner that starts real processes on this machine. */
export function createCommandRunner(): CommandRunner {
  return async (command, args, { timeoutMs = questionMs, environment = {}, input = '' } = {}) => {
    const result = await execa(command, args, {
      reject: false,
      extendEnv: false,
      env: { ...fixedEnvironment, ...environment },
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      input,
      stripFinalNewline: false,
    });
    return {
      exitCode: result.exitCode ?? null,
      stdout: result.stdout,
      stderr: result.exitCode === undefined && result.stderr === '' ? (result.message ?? '') : result.stderr,
      timedOut: result.timedOut,
    };
  };
}

/**
 * What the tool printed.
 * @throws CauError `ClusterToolFailed` with its exit code and last words
 */
export async function readOutput(run: CommandRunner, command: string, args: readonly string[], options?: CommandOptions): Promise<string> {
  const result = await run(command, args, options);
  if (result.exitCode === 0) return result.stdout;
  throw toolFailed(command, result);
}

/** The failure of a tool in words. */
export function toolFailed(command: string, result: CommandResult): CauError {
  const end = result.timedOut ? 'did not answer in time' : result.exitCode === null ? 'could not be run' : `ended with exit code ${result.exitCode}`;
  // A tool that was asked for XML puts its complaint there; the exit code says as much.
  const words = (result.stderr.trim() || (result.stdout.startsWith('<') ? '' : result.stdout.trim())).slice(-400);
  return new CauError('ClusterToolFailed', `"${command}" ${end}${words === '' ? '' : `: ${words}`}.`, { where: command });
}
