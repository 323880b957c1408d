import { fencingDeviceRule, fencingEnabledRule } from './fencing.js';
import { keptOutRule } from './kept-out.js';
import { maintenanceRule } from './maintenance.js';
import { managedRule } from './managed.js';
import { allOnlineRule, aloneRule, knownNodesRule, membershipRule } from './membership.js';
import { noQuorumPolicyRule, suicideRule } from './no-quorum-policy.js';
import { quorumRule } from './quorum.js';
import type { ReadinessRule } from './rule.js';
import { sameScriptsRule, scriptsRule } from './scripts.js';
import { sitesRule } from './sites.js';
import { versionRule } from './version.js';
import { clockRule, stackAtBootRule, workersRule } from './workers.js';

/** Every readiness rule, the gravest first. A new rule is one file and one line here. */
export const readinessRules: readonly ReadinessRule[] = [
  quorumRule,
  versionRule,
  suicideRule,
  maintenanceRule,
  fencingDeviceRule,
  membershipRule,
  managedRule,
  knownNodesRule,
  allOnlineRule,
  aloneRule,
  workersRule,
  stackAtBootRule,
  clockRule,
  scriptsRule,
  fencingEnabledRule,
  keptOutRule,
  noQuorumPolicyRule,
  sameScriptsRule,
  sitesRule,
];
