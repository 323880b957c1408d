/** Reads what apt and dpkg say while they install. */
import { lastLines } from './commands.js';

/** `pmstatus:PACKAGE:PERCENT:TEXT`, as apt describes it in its progress reporting; null for lines of other kinds. */
export function parseStatus(line: string): { readonly text: string; readonly fraction: number } | null {
  // The package may carry its architecture, and the text may hold colons as well.
  const [, percent, text] = /^pmstatus:.+?:(\d+(?:\.\d+)?):(.*)$/.exec(line) ?? [];
  return percent === undefined || text === undefined ? null : { text, fraction: Number(percent) / 100 };
}

/** What was said of this package, else what was said last. */
export function findMessage(output: string, name: string, file: string | null): string {
  const lines = output.split('\n');
  const at = lines.findIndex((line) => isComplaint(line, name, file));
  if (at < 0) return lastLines(output, 3);
  // What its own script said stands before; what dpkg makes of it stands after.
  const begin = lines.slice(0, at).findLastIndex((line) => /^(?:Setting up|Preparing to unpack|Unpacking|dpkg: error) /.test(line));
  const more = lines.slice(at + 1).findIndex((line) => !line.startsWith(' '));
  return lines
    .slice(Math.max(begin + 1, at - 5), at + 1 + Math.min(more < 0 ? 3 : more, 3))
    .filter((line) => line.trim() !== '' && !/^(?:Setting up|Preparing to unpack|Errors were encountered)/.test(line))
    .map((line) => line.trim())
    .join(' / ')
    .slice(0, 600);
}

/** Whether dpkg complained of this package by name. */
export function isBlamed(output: string, name: string, file: string | null): boolean {
  return output.split('\n').some((line) => isComplaint(line, name, file));
}

function isComplaint(line: string, name: string, file: string | null): boolean {
  const blamed =
    /^dpkg: error processing (?:package|archive) (\S+) /.exec(line)?.[1] ?? /^dpkg: dependency problems prevent configuration of (\S+):$/.exec(line)?.[1];
  if (blamed === undefined) return false;
  // dpkg gives the architecture of every multi-arch package, apt only that of foreign ones.
  return blamed === name || blamed === file || (!name.includes(':') && blamed.split(':')[0] === name);
}
