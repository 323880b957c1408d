import { sitesOf } from '../order.js';
import type { ReadinessRule } from './rule.js';

/** An order by site is worth what the cluster knows of its sites. */
export const sitesRule: ReadinessRule = {
  id: 'nodes.site',
  severity: 'warning',
  remedy: 'Say where each node stands ("crm_attribute --node NODE --name site --update SITE"), or correct the option order.',
  check: ({ cluster, nodes, options }) => {
    const listed = sitesOf(options.order);
    if (listed === null) return [];
    const asked = cluster.nodes.filter((node) => node.kind === 'member' && nodes.includes(node.name));
    const without = asked.filter((node) => node.site === undefined).map((node) => node.name);
    if (without.length === asked.length) return ['The nodes are to be taken site by site, but none of them has a site; they are taken in the usual order.'];
    const known = new Set(cluster.nodes.flatMap(({ site }) => (site === undefined ? [] : [site])));
    const strange = listed.filter((site) => !known.has(site));
    return [
      ...(without.length === 0 ? [] : [`${without.join(', ')} ${without.length === 1 ? 'has' : 'have'} no site; nodes without one are taken together.`]),
      ...(strange.length === 0 ? [] : [`No node is at site ${strange.map((site) => `"${site}"`).join(', ')}; the sites are ${[...known].join(', ')}.`]),
    ];
  },
};
