/** Do the nodes of a cluster have, and get, the same versions? Judged by what their package sources offer them. */
import type { Finding } from './report.js';
import type { Update } from './updates.js';

/** What a scan offers one node; null when it could not be scanned. */
export interface OfferedNode {
  readonly node: string;
  readonly updates: readonly Pick<Update, 'plugin' | 'name' | 'from' | 'to'>[] | null;
}

const maxNamed = 10;

/** Packages that are offered to nodes in different versions: their package sources differ, so the nodes could not become the same. */
export function findUnevenOffers(offered: readonly OfferedNode[]): string[] {
  return byPackage(offered).flatMap(([name, offers]) => {
    if (new Set(offers.map((offer) => offer.to)).size <= 1) return [];
    return [`${name} is offered as ${offers.map((offer) => `${offer.to} to ${offer.node}`).join(', ')}`];
  });
}

/**
 * Why the nodes are not the same at the end of a run; empty when they are. A node that could not be asked is not known to be. One that is
 * still offered what others are not lags behind them; what appeared meanwhile for all alike leaves them alike.
 */
export function findUneven(offered: readonly OfferedNode[]): string[] {
  const asked = offered.filter((one) => one.updates !== null);
  const silent = offered.filter((one) => one.updates === null).map(({ node }) => `${node} could not be asked`);
  const lagging = byPackage(asked).flatMap(([name, offers]) => {
    const isSame = offers.length === asked.length && new Set(offers.map(({ from, to }) => `${from} ${to}`)).size === 1;
    return isSame ? [] : [`${name} is behind on ${offers.map(({ node, from, to }) => `${node} (${from ?? 'none'}, ${to} is there)`).join(', ')}`];
  });
  return [...silent, ...lagging];
}

/** As findings of readiness, before anything is touched. */
export function unevenFindings(offered: readonly OfferedNode[], skipChecks: readonly string[]): Finding[] {
  return findUnevenOffers(offered)
    .slice(0, maxNamed)
    .map((message) => ({
      id: 'updates.uniform',
      severity: 'blocking',
      message,
      remedy: 'Give all nodes the same package sources, or leave out requireUniform.',
      skipped: skipChecks.includes('updates.uniform'),
    }));
}

/** In one sentence, as far as it fits. */
export function describeUneven(reasons: readonly string[]): string {
  const more = reasons.length > maxNamed ? `; and ${reasons.length - maxNamed} more` : '';
  return `${reasons.slice(0, maxNamed).join('; ')}${more}.`;
}

interface Offer {
  readonly name: string;
  readonly node: string;
  readonly from: string | null;
  readonly to: string;
}

/** The offers of each package; packages of different plug-ins may have the same name. */
function byPackage(offered: readonly OfferedNode[]): (readonly [string, readonly Offer[]])[] {
  const found = new Map<string, Offer[]>();
  for (const { node, updates } of offered)
    for (const { plugin, name, from, to } of updates ?? []) {
      const key = `${plugin} ${name}`;
      found.set(key, [...(found.get(key) ?? []), { name, node, from, to }]);
    }
  return [...found.values()].map((offers) => [offers[0]?.name ?? '', offers] as const);
}
