import type { KeptOut } from '../cluster.js';
import type { ReadinessRule } from './rule.js';

const words: Readonly<Record<KeptOut['because'], string>> = {
  ban: 'a constraint of "crm_resource --ban" or "--move" was left there',
  failures: 'it failed there too often (fail-count INFINITY)',
};

/** A node that a resource may not run on is one place less for it while others are drained; mostly nobody remembers it. */
export const keptOutRule: ReadinessRule = {
  id: 'roles.kept-out',
  severity: 'warning',
  remedy: 'Where that is not meant: "crm_resource --clear --resource ID" or "crm_resource --cleanup --resource ID".',
  check: ({ cluster: { keptOut = [] } }) => keptOut.map(({ resource, node, because }) => `"${resource}" may not run on ${node}: ${words[because]}.`),
};
