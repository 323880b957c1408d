/** A readiness rule: facts of a cluster in, findings out. One rule a file; `rules.ts` lists them. */
import type { ClusterDescription } from '../cluster.js';
import type { RunOptions } from '../options.js';
import type { ExaminedScript } from '../ports/activities.js';

/** All that a rule may go by. */
export interface ReadinessFacts {
  readonly cluster: ClusterDescription;
  /** The nodes that the run was asked to update. */
  readonly nodes: readonly string[];
  readonly options: RunOptions;
  /** The scripts that the options name, as each node has them. */
  readonly scripts: readonly (ExaminedScript & { readonly node: string })[];
  /** Node workers that answered, with their clock's distance from the witness's in milliseconds. */
  readonly workers: readonly { readonly node: string; readonly clockSkewMs: number; readonly stackStartsAtBoot: boolean }[];
}

/** What must hold of a cluster before a run may touch it, and how grave it is if it does not. */
export interface ReadinessRule {
  /** What `skipChecks` names, such as `cluster.quorum`. */
  readonly id: string;
  readonly severity: 'blocking' | 'warning' | 'note';
  /** What to do about a finding. */
  readonly remedy: string;
  /** A sentence for each thing that is wrong; none when the rule is kept. */
  check(facts: ReadinessFacts): string[];
}
