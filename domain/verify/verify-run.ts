/** Whether a run kept its promises, told from the nodes' own records. */
import type { RunReference } from '../names.js';
import { doneOnce } from './done-once.js';
import type { Evidence, VerifiedRun } from '../evidence.js';
import { findingOf, type Invariant, type InvariantFinding } from './finding.js';
import { nodesResumed } from './nodes-resumed.js';
import { oneAtATime } from './one-at-a-time.js';
import { operatorsWord } from './operators-word.js';
import { quorumKept } from './quorum-kept.js';
import { reportTrue } from './report-true.js';
import { rolesServe } from './roles-serve.js';

/** Every invariant, in the order of its number. */
export const invariants: readonly Invariant[] = [oneAtATime, quorumKept, rolesServe, nodesResumed, operatorsWord, doneOnce, reportTrue];

/** `broken` outweighs `cannotTell`, which outweighs `holds`. */
export type VerificationState = InvariantFinding['state'];

/** The result of the workflow `verification`. */
export interface Verification {
  readonly version: 1;
  readonly cluster: string;
  readonly run: RunReference;
  readonly at: string;
  readonly state: VerificationState;
  readonly findings: readonly InvariantFinding[];
  /** The nodes whose own records were read, and those that gave none. */
  readonly witnesses: readonly string[];
  readonly silent: Evidence['silent'];
}

/** One finding per invariant. */
export function verifyRun(run: VerifiedRun, evidence: Evidence): InvariantFinding[] {
  return invariants.map((invariant) => findingOf(invariant, invariant.check(run, evidence)));
}

/** The findings with who was heard. */
export function verificationOf(run: VerifiedRun, evidence: Evidence): Verification {
  const findings = verifyRun(run, evidence);
  const has = (state: VerificationState) => findings.some((finding) => finding.state === state);
  return {
    version: 1,
    cluster: run.cluster,
    run: run.run,
    at: evidence.at,
    state: has('broken') ? 'broken' : has('cannotTell') ? 'cannotTell' : 'holds',
    findings,
    witnesses: evidence.nodes.map(({ node }) => node),
    silent: evidence.silent,
  };
}
