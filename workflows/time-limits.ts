/** The limits that a run has in time: a warning, no further node, and then the end of those at work. */
import { timerWords } from '../domain/alarms.js';
import { durationMs } from '../domain/duration.js';
import type { Alarm } from './alarm.js';
import type { RunState } from './run-state.js';

/** What `warnAfter`, `stopAfter` and `stopGrace` ask for, counted from the start of the run; none by default. */
export function timeLimits(state: RunState): Alarm[] {
  const { warnAfter, stopAfter, stopGrace } = state.options.values;
  const alarm = (limitMs: number, summary: string, ring: () => void): Alarm => ({
    afterMs: state.startedAt.getTime() + limitMs - Date.now(),
    summary,
    ring,
  });
  const warning =
    warnAfter === 'never'
      ? []
      : [
          alarm(durationMs(warnAfter), timerWords.warnAfter(warnAfter), () =>
            state.warn(
              'time.warnAfter',
              `The run takes longer than ${warnAfter} (warnAfter).`,
              `"cau status" tells what it does; "cau stop" ends it in order.`,
            ),
          ),
        ];
  if (stopAfter === 'never') return warning;
  return [
    ...warning,
    alarm(durationMs(stopAfter), timerWords.stopAfter(stopAfter), () => state.requestStop(`the run has taken ${stopAfter} (stopAfter)`, 'node')),
    alarm(durationMs(stopAfter) + durationMs(stopGrace), `end nodes at work ${stopGrace} after that`, () =>
      state.requestStop(`the run has taken ${stopAfter} (stopAfter) and ${stopGrace} more (stopGrace)`, 'step'),
    ),
  ];
}
