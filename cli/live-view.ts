/** Shows a run while it runs: a table that renews itself on a terminal, a line for each change elsewhere. */
import { createLogUpdate } from 'log-update';
import type { Sight } from '../client/follow.js';
import { showsColours } from '../client/reports/paint.js';
import { renderChanges, renderProgress } from '../client/reports/progress-text.js';
import { withWaitsThatMatter } from '../client/reports/wait-text.js';
import type { NodeTime } from '../domain/expected-node-time.js';
import type { Progress } from '../domain/progress.js';

export interface LiveDisplay {
  see(sight: Sight): void;
  /** How long nodes took in earlier runs, once that is known. */
  recall(earlier: readonly NodeTime[]): void;
  /** Leaves the last table where it is. */
  end(): void;
}

const renewMs = 100;

/** A display on standard error, so that standard output has the result alone. */
export function createLiveDisplay(hint: string): LiveDisplay {
  return process.stderr.isTTY ? createTable(hint) : createLines();
}

function createTable(hint: string): LiveDisplay {
  const update = createLogUpdate(process.stderr, { showCursor: true });
  let progress: Progress | null = null;
  let blind: string | null = null;
  let earlier: readonly NodeTime[] = [];
  const draw = () => {
    const below = [blind, hint].filter((line) => line !== null && line !== '').join('\n');
    // Before the first answer there is only the reason why none comes.
    if (progress === null) {
      if (blind !== null) update(below);
      return;
    }
    const view = { colours: showsColours(process.stderr), columns: process.stderr.columns ?? 80, now: Date.now(), earlier };
    update([renderProgress(progress, view), '', below].join('\n'));
  };
  const renewing = setInterval(draw, renewMs);
  return {
    see(sight) {
      if (sight.kind === 'progress') {
        progress = sight.progress;
        blind = null;
      } else if (sight.kind === 'blind') blind = sight.reason;
    },
    recall(times) {
      earlier = times;
    },
    end() {
      clearInterval(renewing);
      hint = '';
      blind = null;
      draw();
      update.done();
    },
  };
}

function createLines(): LiveDisplay {
  let before: Progress | null = null;
  let blind: string | null = null;
  const print = (line: string) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
  return {
    see(sight) {
      if (sight.kind === 'progress') {
        const progress = withWaitsThatMatter(sight.progress, Date.now());
        for (const line of renderChanges(before, progress)) print(line);
        before = progress;
        blind = null;
      } else if (sight.kind === 'blind' && sight.reason !== blind) {
        blind = sight.reason;
        print(blind);
      }
    },
    recall: () => undefined,
    end: () => undefined,
  };
}
