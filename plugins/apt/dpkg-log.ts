/** What was installed on the node, by whomever: dpkg's own log, with those that were rotated away. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { logFilesSince, noRecords, type Installation, type Records } from '../../domain/records.js';
import { run } from './commands.js';

const directory = '/var/log';
const unzip = promisify(gunzip);

/** Installations since then. The log has the node's local time, to the second. */
export async function readInstallations(since: string): Promise<Records<Installation>> {
  const lines = await readLog(since);
  if (lines.length === 0) return noRecords(`there is no dpkg log in ${directory}`);
  const architecture = (await run('dpkg', ['--print-architecture'])).stdout.trim();
  const oldest = timeOf(lines.find((line) => timeOf(line) !== null) ?? '');
  const isWhole = oldest !== null && oldest <= since;
  return {
    records: parseInstallations(lines, architecture).filter(({ at }) => at >= toSecond(since)),
    gap: isWhole ? null : `the dpkg log begins only at ${oldest ?? 'an unknown time'}`,
  };
}

/** Each unpacking with whether the package was fully installed after it. Names are those of updates: without the node's own architecture. */
export function parseInstallations(lines: readonly string[], architecture: string): Installation[] {
  const found: Installation[] = [];
  for (const line of lines) {
    const at = timeOf(line);
    const [, , action = '', ...words] = line.split(' ');
    if (at === null) continue;
    if (action === 'install' || action === 'upgrade') {
      const [name = '', from = '', to = ''] = words;
      found.push({ plugin: 'apt', name: nameOf(name, architecture), from: from === '<none>' ? null : from, to, at, isFinished: false });
    }
    if (action === 'status' && words[0] === 'installed') {
      const name = nameOf(words[1] ?? '', architecture);
      const begun = found.findLastIndex((one) => one.name === name && !one.isFinished && one.to === words[2]);
      if (begun >= 0) found[begun] = { ...(found[begun] as Installation), isFinished: true };
    }
  }
  return found;
}

/** The lines of the present log and of every rotated one that may reach into the time, oldest first. */
async function readLog(since: string): Promise<string[]> {
  const names = (await readdir(directory).catch(() => [])).filter((name) => /^dpkg\.log(\.\d+)?(\.gz)?$/.test(name));
  const files = await Promise.all(names.map(async (name) => ({ path: join(directory, name), changedMs: (await stat(join(directory, name))).mtimeMs })));
  const texts = await Promise.all(logFilesSince(files, since).map(({ path }) => readText(path)));
  return texts
    .join('')
    .split('\n')
    .filter((line) => line !== '');
}

async function readText(path: string): Promise<string> {
  const content = await readFile(path);
  return (path.endsWith('.gz') ? await unzip(content) : content).toString('utf8');
}

function timeOf(line: string): string | null {
  const match = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) /.exec(line);
  return match === null ? null : new Date(`${match[1] ?? ''}T${match[2] ?? ''}`).toISOString();
}

function toSecond(at: string): string {
  return new Date(Math.floor(Date.parse(at) / 1000) * 1000).toISOString();
}

function nameOf(name: string, architecture: string): string {
  const [bare = name, suffix] = name.split(':');
  return suffix === undefined || suffix === 'all' || suffix === architecture ? bare : name;
}
