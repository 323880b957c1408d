/** Commands on the host. */
import { execa } from 'execa';

/** Runs a command. @throws Error with what it said */
export async function host(command: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await execa(command, args, { stdin: 'ignore' });
  return stdout;
}

/** Runs a command whose failure means that there was nothing to do. */
export async function hostQuietly(command: string, ...args: readonly string[]): Promise<boolean> {
  return (await execa(command, args, { stdin: 'ignore', reject: false })).exitCode === 0;
}
