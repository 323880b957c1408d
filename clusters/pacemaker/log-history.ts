/** What a member's detail log tells of the cluster: holds and standby in the CIB, who came and went, quorum, fencing. */
import { clusterChange, type ClusterChange } from '../../domain/records.js';

/** Lines that tell of something; everything else in the log is left where it is. For `grep -E`. */
export const tellingLines =
  '\\(cib_perform_op\\).*(cau-hold|standby)|Completed cib_|pacemaker-controld.*state is now|Setting shutdown\\[|Quorum (lost|acquired)|was terminated';

const linePattern = /^(\w{3}) +(\d+) (\d\d):(\d\d):(\d\d)(?:\.(\d{3}))?\d* (\S+) +(pacemaker[\w-]*) *\[\d+\] \((\w+)\)\s+\w+:\s(.*)$/;

interface LogLine {
  readonly at: string;
  /** The node whose log it is. */
  readonly observer: string;
  readonly daemon: string;
  readonly text: string;
}

/**
 * The changes in the order of the log.
 * @param now the year of its last line: lines have none
 */
export function parseHistory(lines: readonly string[], now: Date): ClusterChange[] {
  const reader = new LogReader(namesById(lines));
  for (const line of lines) {
    const parsed = parseLine(line, now);
    if (parsed !== null) reader.read(parsed);
  }
  return reader.changes;
}

class LogReader {
  readonly changes: ClusterChange[] = [];
  /** Lines of a change of the CIB whose end was not logged yet. */
  private difference: LogLine[] = [];
  private readonly leaving = new Set<string>();
  /** The run that holds a node, by the id of the node. */
  private readonly holders = new Map<string, string>();
  /** Whether a standby of others was on, by the id of its attribute, as far as the log tells. */
  private readonly standbys = new Map<string, boolean>();

  constructor(private readonly names: ReadonlyMap<string, string>) {}

  read(line: LogLine): void {
    const { text, daemon } = line;
    if (daemon === 'pacemaker-based') this.readCib(line);
    const shutdown = /^Setting shutdown\[([^\]]+)\].* -> ([1-9]\d*)/.exec(text)?.[1];
    if (shutdown !== undefined) this.leaving.add(shutdown);
    const state = daemon === 'pacemaker-controld' ? /^Node (\S+) state is now (member|lost)/.exec(text) : null;
    if (state !== null) this.see(line, state[1] ?? '', state[2] === 'member');
    if (daemon === 'pacemaker-controld' && /^Quorum (acquired|lost)/.test(text))
      this.tell(line, { kind: text.startsWith('Quorum lost') ? 'quorumLost' : 'quorumGained', node: line.observer });
    const fenced = /^Peer (\S+) was terminated .*: OK/.exec(text)?.[1];
    if (fenced !== undefined) this.tell(line, { kind: 'fenced', node: fenced });
  }

  private see(line: LogLine, node: string, isMember: boolean): void {
    this.tell(line, { kind: isMember ? 'joined' : this.leaving.has(node) ? 'left' : 'lost', node });
    this.leaving.delete(node);
  }

  /** A change counts when it came to its end; one by which the controller brings a joining member up to date is an old one. */
  private readCib(line: LogLine): void {
    const end = /^Completed (cib_\w+) operation for section .*\(rc=(-?\d+), origin=[^/]+\/([^/,]+)/.exec(line.text);
    if (end === null) {
      if (/^(\+\+|--|\+ )/.test(line.text)) this.difference.push(line);
      return;
    }
    const difference = this.difference;
    this.difference = [];
    const isBroughtUpToDate = end[1] === 'cib_replace' && end[3] === 'crmd';
    if (end[2] === '0') this.apply(difference, isBroughtUpToDate);
  }

  private apply(difference: readonly LogLine[], isQuiet: boolean): void {
    const isOfRun = difference.some(({ text }) => text.includes('cau-hold') && (text.startsWith('++') || /@id='cau-hold-[^']+'\]$/.test(text)));
    const by = isOfRun ? 'run' : 'operator';
    for (const line of difference) {
      const change = this.hold(line) ?? this.liftedHold(line) ?? this.standby(line, by);
      if (change !== null && !isQuiet) this.tell(line, change);
    }
  }

  /** The record of a hold came, was marked as kept, or went as a whole. */
  private hold({ text }: LogLine): Unstamped | null {
    const owner = /<nvpair id="cau-hold-(\S+)-owner" .*value="([^"]+)"/.exec(text);
    if (text.startsWith('++') && owner !== null) {
      this.holders.set(owner[1] ?? '', owner[2] ?? '');
      return { kind: 'held', node: this.nameOf(owner[1]), run: owner[2] ?? null, by: 'run' };
    }
    const kept = text.startsWith('++') ? /<nvpair id="cau-hold-(\S+)-kept" /.exec(text)?.[1] : undefined;
    if (kept !== undefined) return { kind: 'kept', node: this.nameOf(kept), run: this.holders.get(kept) ?? null, by: 'run' };
    const gone = /^-- .*\/instance_attributes\[@id='cau-hold-([^']+)'\]$/.exec(text)?.[1];
    if (gone === undefined) return null;
    const run = this.holders.get(gone) ?? null;
    this.holders.delete(gone);
    return { kind: 'released', node: this.nameOf(gone), run, by: 'run' };
  }

  /** Only the standby in the record of a hold was changed: somebody else's tool did that. */
  private liftedHold({ text }: LogLine): Unstamped | null {
    const lifted =
      /^-- .*nvpair\[@id='cau-hold-([^']+)-standby'\]/.exec(text)?.[1] ??
      /^\+ .*nvpair\[@id='cau-hold-([^']+)-standby'\]:.*@value=(?:off|false)/.exec(text)?.[1];
    return lifted === undefined ? null : { kind: 'standbyOff', node: this.nameOf(lifted), by: 'operator' };
  }

  private standby({ text }: LogLine, by: 'run' | 'operator'): Unstamped | null {
    if (text.includes('cau-hold')) return null;
    const added = /^\+\+ .*<nvpair id="([^"]+)" name="standby" value="([^"]+)"/.exec(text);
    const changed = /^\+ .*nvpair\[@id='([^']*standby)'\]:.*@value=(\w+)/.exec(text);
    const removed = /^-- .*nvpair\[@id='([^']*standby)'\]/.exec(text);
    const id = (added ?? changed ?? removed)?.[1];
    if (id === undefined) return null;
    const isOn = removed === null && /^(on|true|yes|1)$/i.test((added ?? changed)?.[2] ?? '');
    const was = this.standbys.get(id);
    this.standbys.set(id, isOn);
    // Where the log does not reach back to how it was, an operator who takes it away is taken to end it, and a run not: it takes away
    // only what some tools leave behind, which says "off".
    const isEnded = removed === null ? was === true : (was ?? by === 'operator');
    if (isOn ? was === true : !isEnded) return null;
    const node = this.nameOf(/^(?:nodes|status)-(\S+)-standby$/.exec(id)?.[1] ?? /node\[@id='([^']+)'\]/.exec(text)?.[1]);
    return { kind: isOn ? 'standbyOn' : 'standbyOff', node, by };
  }

  private nameOf(id: string | undefined): string {
    return this.names.get(id ?? '') ?? id ?? '';
  }

  private tell({ at }: LogLine, change: Unstamped): void {
    this.changes.push(clusterChange({ at, ...change }));
  }
}

type Unstamped = Pick<ClusterChange, 'kind'> & Partial<ClusterChange>;

function namesById(lines: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    lines.flatMap((line) => {
      const match = /Node (\S+) state is now \w+ \| nodeid=(\d+)/.exec(line);
      return match === null ? [] : [[match[2] ?? '', match[1] ?? ''] as const];
    }),
  );
}

function parseLine(line: string, now: Date): LogLine | null {
  const match = linePattern.exec(line);
  if (match === null) return null;
  const [, month = '', day, hour, minute, second, ms, observer = '', daemon = '', , text = ''] = match;
  const inYear = (year: number) => new Date(year, months.indexOf(month), Number(day), Number(hour), Number(minute), Number(second), Number(ms ?? 0));
  const thisYear = inYear(now.getFullYear());
  // A clock may be a little behind; a whole day ahead is last year.
  const at = thisYear.getTime() > now.getTime() + 86_400_000 ? inYear(now.getFullYear() - 1) : thisYear;
  return { at: at.toISOString(), observer, daemon, text: text.trim() };
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
