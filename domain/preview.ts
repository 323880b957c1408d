/** What a run would do, changing nothing: the result of the workflow `preview`. */
import type { Failure } from './errors.js';
import type { FittedNode, SettledWindow } from './maintenance-window.js';
import type { EffectiveOptions } from './options.js';
import type { RolePlacement } from './placement.js';
import type { Plan } from './plan.js';
import type { ProfileRecord } from './profiles.js';
import type { ModeForecast } from './move-modes.js';
import type { Finding } from './report.js';

/** The maintenance window, and which nodes are expected to fit into it. */
export interface WindowPreview extends SettledWindow {
  readonly nodes: readonly FittedNode[];
}

/** The answer to the question what a run would do now. */
export interface Preview {
  readonly version: 1;
  readonly cluster: string;
  readonly at: string;
  readonly driver: string;
  readonly software: readonly string[];
  readonly options: EffectiveOptions;
  /** Absent when no profile was asked for. */
  readonly profile?: ProfileRecord;
  readonly readiness: readonly Finding[];
  /** Why a run would be refused now, or null. */
  readonly blocked: Failure | null;
  /** How many nodes may fail before no further one is begun. */
  readonly failureBudget: number;
  readonly roles: readonly RolePlacement[];
  readonly plan: Plan;
  /** How often roles would move in each mode of placing them; absent where that could not be told. */
  readonly modes?: readonly ModeForecast[];
  /** Null: nodes may be begun at any time. */
  readonly window: WindowPreview | null;
}
