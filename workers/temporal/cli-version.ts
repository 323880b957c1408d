/** Which Temporal CLI is good enough. */
import { execa } from 'execa';

/** 1.8 embeds server 1.31, the first one whose settings for quick timers and clean worker shutdown we have measured. */
export const oldestCli = '1.8.0';

/** What was found out about a program that claims to be the Temporal CLI. */
export type CliVerdict = { readonly usable: true; readonly version: string } | { readonly usable: false; readonly reason: string };

/** Asks the program for its version; anything but a clear, recent enough answer makes it unusable. */
export async function examineCli(path: string): Promise<CliVerdict> {
  const result = await execa(path, ['--version'], { reject: false, timeout: 10_000, stdin: 'ignore' });
  if (result.failed && result.exitCode === undefined) return { usable: false, reason: `it cannot be run (${result.code ?? 'unknown reason'})` };
  const version = /^temporal version (\d+\.\d+\.\d+)/.exec(result.stdout)?.[1];
  if (result.exitCode !== 0 || version === undefined) return { usable: false, reason: 'it does not tell its version: it is damaged, or no Temporal CLI' };
  if (isOlder(version, oldestCli)) return { usable: false, reason: `it is version ${version}; ${oldestCli} or newer is needed` };
  return { usable: true, version };
}

function isOlder(version: string, than: string): boolean {
  return version.localeCompare(than, 'en', { numeric: true }) < 0;
}
