/** What the clock of a run and its turns are called in its history: whoever reads the history knows them again by these words. */
import type { EventName } from './events.js';

/** The words of each timer that stands for an event. */
export const timerWords = {
  warnAfter: (warnAfter: string) => `warn if the run takes longer than ${warnAfter}`,
  stopAfter: (stopAfter: string) => `begin no further node after ${stopAfter}`,
  approval: (what: string, approvalTimeout: string) => `the run ends if nobody approves ${what} within ${approvalTimeout}`,
} as const;

/** An event that a timer means by its words. */
export interface TimerEvent {
  readonly name: EventName;
  /** When it is told: as the timer begins, or as it rings. */
  readonly when: 'begun' | 'rung';
  readonly message: string;
}

const patterns: readonly {
  readonly pattern: RegExp;
  readonly name: EventName;
  readonly when: TimerEvent['when'];
  readonly say: (words: readonly string[]) => string;
}[] = [
  {
    pattern: /^warn if the run takes longer than (\S+)$/,
    name: 'warnTimeExceeded',
    when: 'rung',
    say: ([after]) => `The run takes longer than ${after ?? ''} (warnAfter).`,
  },
  {
    pattern: /^begin no further node after (\S+)$/,
    name: 'stopTimeExceeded',
    when: 'rung',
    say: ([after]) => `The run has taken ${after ?? ''} (stopAfter): no further node is begun.`,
  },
  {
    pattern: /^the run ends if nobody approves (.+) within (\S+)$/,
    name: 'approvalAwaited',
    when: 'begun',
    say: ([what, within]) => `The run waits for the approval of ${what ?? ''}, ${within ?? ''} at most: "cau approve".`,
  },
];

/** The event that a timer with this summary means, or null. */
export function eventOfTimer(summary: string): TimerEvent | null {
  for (const { pattern, name, when, say } of patterns) {
    const match = pattern.exec(summary);
    if (match !== null) return { name, when, message: say(match.slice(1)) };
  }
  return null;
}
