/**
 * The journal of a node: what happens on it and what it does for its cluster, one line an event, for `journalctl -u cau-node`.
 * It needs no Temporal, and outlives it.
 */
import { fstatSync } from 'node:fs';
import { eventCatalogue, type EventWords } from '../domain/events.js';
import type { RunReference } from '../domain/names.js';

export interface Journal {
  /** `run`: for which run it happened, if that is known. */
  tell(words: EventWords, run: RunReference | null): void;
}

/** As syslog has them: error, warning, notice. */
const priorities = { error: 3, warning: 4, information: 5 } as const;
const longest = 1000;

/** `marksPriority`: each line begins with its priority as `<N>`, which systemd takes from it. */
export function createJournal(log: (line: string) => void, marksPriority: boolean): Journal {
  let last = '';
  return {
    tell({ name, node, message }, run) {
      const { number, level } = eventCatalogue[name];
      const words = message.replaceAll(/\s+/g, ' ');
      const line = `${number} ${name}${node === null ? '' : ` ${node}`}${run === null ? '' : ` (${run.workflowId})`}: ${words.slice(0, longest)}`;
      // Steps are repeated, and some come to the same again and again.
      if (line === last) return;
      last = line;
      log(`${marksPriority ? `<${priorities[level]}>` : ''}${line}`);
    },
  };
}

/** Whether what this process writes to standard error goes to the journal of systemd, which says so by device and inode. */
export function writesToJournal(): boolean {
  try {
    const { dev, ino } = fstatSync(2);
    return process.env['JOURNAL_STREAM'] === `${dev}:${ino}`;
  } catch {
    return false;
  }
}
