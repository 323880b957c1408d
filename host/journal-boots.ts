/** The boots of a Linux node, as its journal has them. */
import { execa } from 'execa';
import { noRecords, type Boot, type Records } from '../domain/records.js';

/** UTC and plain words, whatever the node is set to. */
const environment = { TZ: 'UTC', LC_ALL: 'C', PATH: '/usr/bin:/bin' };

/** From the boot that was running at that time on. */
export async function readBoots(since: string): Promise<Records<Boot>> {
  const listed = await journalctl('--list-boots', '--no-pager', '--quiet');
  if (listed === null) return noRecords('the journal of the node cannot be read');
  const all = parseBootList(listed);
  const running = all.findLastIndex(({ at }) => at <= since);
  const boots = all.slice(Math.max(0, running));
  const records = await Promise.all(
    boots.map(async (boot, index) => ({ ...boot, end: index === boots.length - 1 ? ('unknown' as const) : await endOf(boot.bootId) })),
  );
  const [oldest] = all;
  return { records, gap: running >= 0 ? null : `the journal of the node begins only at ${oldest?.at ?? 'an unknown time'}` };
}

/** Ids and times of `journalctl --list-boots`, in the forms of its several versions. */
export function parseBootList(text: string): Pick<Boot, 'bootId' | 'at'>[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*-?\d+\s+([0-9a-f]{32})\s+\w{3} (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) UTC/.exec(line);
    return match === null ? [] : [{ bootId: match[1] ?? '', at: new Date(`${match[2] ?? ''}T${match[3] ?? ''}Z`).toISOString() }];
  });
}

/** The journal's own last word of a boot that was shut down is that it stopped; a power cut leaves it no time to say so. */
async function endOf(bootId: string): Promise<Boot['end']> {
  const last = await journalctl(`--boot=${bootId}`, '--lines=1', '--output=cat', '--identifier=systemd-journald', '--no-pager', '--quiet');
  if (last === null || last.trim() === '') return 'unknown';
  return last.includes('Journal stopped') ? 'inOrder' : 'cut';
}

async function journalctl(...args: readonly string[]): Promise<string | null> {
  const { exitCode, stdout } = await execa('journalctl', args, { reject: false, stdin: 'ignore', extendEnv: false, env: environment, timeout: 20_000 });
  return exitCode === 0 ? stdout : null;
}
