/** Can the cluster be updated safely? All rules over the same facts. */
import { createFailure, type Failure } from '../errors.js';
import type { PluginFinding } from '../ports/update-plugin.js';
import type { Finding } from '../report.js';
import type { ReadinessFacts } from './rule.js';
import { readinessRules } from './rules.js';

/** Every finding of every rule; blocking ones that `skipChecks` names are marked as skipped. */
export function checkReadiness(facts: ReadinessFacts): Finding[] {
  return readinessRules.flatMap((rule) =>
    rule.check(facts).map((message) => ({
      id: rule.id,
      severity: rule.severity,
      message,
      remedy: rule.remedy,
      skipped: rule.severity === 'blocking' && facts.options.skipChecks.includes(rule.id),
    })),
  );
}

/** What a plug-in found on a node, as findings of the run. */
export function pluginFindings(node: string, findings: readonly PluginFinding[], skipChecks: readonly string[]): Finding[] {
  return findings.map((finding) => ({
    id: finding.id,
    severity: finding.severity,
    message: `${node}: ${finding.message}`,
    remedy: 'Mend it on the node, or skip this check by its id.',
    skipped: finding.severity === 'blocking' && skipChecks.includes(finding.id),
  }));
}

/** The failure `NotReady` that names every blocking finding that is not skipped, or null when there is none. */
export function findBlocker(findings: readonly Finding[]): Failure | null {
  const blocking = findings.filter((finding) => finding.severity === 'blocking' && !finding.skipped);
  const [first] = blocking;
  if (first === undefined) return null;
  return createFailure('NotReady', blocking.map((finding) => `[${finding.id}] ${finding.message}`).join(' '), {
    where: first.id,
    remedy: [...new Set(blocking.map((finding) => finding.remedy))].join(' '),
  });
}
