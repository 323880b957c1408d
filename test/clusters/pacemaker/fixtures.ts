/** Answers of real tools, recorded on a cluster of four nodes (Pacemaker 2.1.5, corosync 3.1.7), unless a name says otherwise. */
import { readFileSync } from 'node:fs';
import type { CommandRunner, CommandResult } from '../../../clusters/pacemaker/commands.js';

/** The text of a recorded answer. */
export const fixture = (name: string) => readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8');

/** A tool's good answer. */
export const answered = (stdout: string): CommandResult => ({ exitCode: 0, stdout, stderr: '', timedOut: false });

/** A tool's bad answer. */
export const failed = (exitCode: number | null, stderr = ''): CommandResult => ({ exitCode, stdout: '', stderr, timedOut: false });

/** Answers by the tool's name from a script, and remembers what was asked. */
export function scriptedRunner(answers: Readonly<Record<string, (args: readonly string[]) => CommandResult>>): CommandRunner & { readonly asked: string[][] } {
  const asked: string[][] = [];
  const run: CommandRunner = (command, args) => {
    asked.push([command, ...args]);
    return Promise.resolve(answers[command]?.(args) ?? failed(null, `${command}: not scripted`));
  };
  return Object.assign(run, { asked });
}
