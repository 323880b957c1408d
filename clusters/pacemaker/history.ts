/** The history of the cluster as this member's own detail log has it, with those that were rotated away. */
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { changesSince, logFilesSince, noRecords, type ClusterHistory, type LogFile } from '../../domain/records.js';
import { findDetailLog } from './changes.js';
import type { CommandRunner } from './commands.js';
import { parseHistory, tellingLines } from './log-history.js';

const readMs = 30_000;

/** What happened since then. A member misses what happened while it was away itself: the answer is that of one node. */
export async function readHistory(run: CommandRunner, since: string, findLog: () => string | null = findDetailLog): Promise<ClusterHistory> {
  const missing = (gap: string): ClusterHistory => ({ ...noRecords(gap), scope: 'node' });
  const log = findLog();
  if (log === null) return missing('the detail log of Pacemaker is switched off (PCMK_logfile)');
  const files = await findFiles(log, since);
  if (files.length === 0) return missing(`there is no ${log}`);
  // It understands compressed ones too, and leaves most of a long log where it is.
  const { stdout, exitCode } = await run('zgrep', ['-h', '-E', tellingLines, ...files.map(({ path }) => path)], { timeoutMs: readMs });
  if (exitCode !== 0 && exitCode !== 1) return missing(`${log} could not be read`);
  const changes = parseHistory(stdout.split('\n'), new Date());
  const [first] = changes;
  const isWhole = first !== undefined && first.at <= since;
  return {
    records: changesSince(changes, since),
    gap: isWhole ? null : `${log} begins only at ${first?.at ?? 'an unknown time'}`,
    scope: 'node',
  };
}

/** The present log and those that were rotated away, as far as they matter. */
async function findFiles(log: string, since: string): Promise<LogFile[]> {
  const directory = dirname(log);
  const names = (await readdir(directory).catch(() => [])).filter((name) => name.startsWith(basename(log)));
  const files = await Promise.all(names.map(async (name) => ({ path: join(directory, name), changedMs: (await stat(join(directory, name))).mtimeMs })));
  return logFilesSince(files, since);
}
