/**
 * The one way in which workflows wait. Whatever lasts shows first what it waits for, until when, what happens then and
 * what a person can do: `Waiting` is the proof that it does, and only it can sleep.
 */
import { condition, getCurrentDetails, setCurrentDetails, sleep } from '@temporalio/workflow';
import { createWait, renderWait, type Wait, type WaitFacts, type WaitKind } from '../domain/waits.js';

/** Where waits are shown: a run, a node, or the details of a workflow that has no more than these. */
export interface WaitBoard {
  show(wait: Wait): void;
  /** It is over. */
  clear(wait: Wait): void;
}

/** Waits `forMs` at most, in view. */
export async function waiting<K extends WaitKind, T>(
  board: WaitBoard,
  kind: K,
  facts: WaitFacts<K>,
  forMs: number,
  act: (waiting: Waiting) => Promise<T>,
): Promise<T> {
  const waiting = new ShownWait(board, createWait(kind, facts, new Date(), forMs));
  try {
    return await act(waiting);
  } finally {
    waiting.end();
  }
}

/** A wait that is shown. */
export interface Waiting {
  /** Milliseconds to the deadline, 0 when it is over. */
  leftMs(): number;
  /** What it waits for by now. */
  because(reason: string): void;
  sleep(ms: number, summary: string): Promise<void>;
  /** Whether it became so before the deadline, or within a shorter time. */
  until(isSo: () => boolean, summary: string, forMs?: number): Promise<boolean>;
}

class ShownWait implements Waiting {
  constructor(
    private readonly board: WaitBoard,
    private wait: Wait,
  ) {
    board.show(wait);
  }

  leftMs(): number {
    return Math.max(0, Date.parse(this.wait.until) - Date.now());
  }

  because(reason: string): void {
    if (reason === this.wait.reason) return;
    this.board.clear(this.wait);
    this.wait = { ...this.wait, reason };
    this.board.show(this.wait);
  }

  sleep(ms: number, summary: string): Promise<void> {
    return sleep(ms, { summary });
  }

  until(isSo: () => boolean, summary: string, forMs = Infinity): Promise<boolean> {
    return condition(isSo, Math.max(1, Math.min(forMs, this.leftMs())), { summary });
  }

  end(): void {
    this.board.clear(this.wait);
  }
}

/** The waits of a run or a node, the innermost of which is shown. */
export class Waits implements WaitBoard {
  private readonly open: Wait[] = [];

  constructor(private readonly changed: () => void) {}

  get current(): Wait | null {
    return this.open.at(-1) ?? null;
  }

  show(wait: Wait): void {
    this.open.push(wait);
    this.changed();
  }

  clear(wait: Wait): void {
    const at = this.open.indexOf(wait);
    if (at >= 0) this.open.splice(at, 1);
    this.changed();
  }
}

/** For a workflow without a state of its own: its details, with its wait below. */
export function detailsBoard(): WaitBoard {
  let details = '';
  const waits: Waits = new Waits(() => {
    setCurrentDetails(waits.current === null ? details : `${details}\n\nWaiting: ${renderWait(waits.current)}`);
  });
  return {
    show(wait) {
      if (waits.current === null) details = getCurrentDetails();
      waits.show(wait);
    },
    clear: (wait) => waits.clear(wait),
  };
}
