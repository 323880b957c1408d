/** What kills came to, for eyes. */
import type { Grid } from '../grid.js';
import { boundaries } from './boundaries.js';
import { victims, type KillResult, type Victim } from './kills.js';
import { describeLook } from './node-look.js';

const titles: Readonly<Record<Victim, string>> = {
  ansible: 'ansible-playbook is killed at node2, nobody comes; then it is run again',
  'one coordinator': 'cau: the coordinator at work is killed at node2, the other one is there; nobody does anything',
  'all coordinators': 'cau: both coordinators are killed at node2, nobody comes; then two are started again',
};

/** A table for each kind of victim that was killed. */
export function killGrids(results: readonly KillResult[]): Grid[] {
  return victims.flatMap((victim) => {
    const own = results.filter((result) => result.victim === victim);
    if (own.length === 0) return [];
    const byItself = victim === 'one coordinator';
    return [
      {
        name: `kills of ${victim}`,
        title: titles[victim],
        head: [
          'killed',
          'node2 then',
          byItself ? 'done after, s' : 'stable after, s',
          ...(byItself ? [] : ['then, s']),
          'ends',
          'nodes in the end',
          'interruptions, s',
        ],
        rows: boundaries.flatMap((boundary) => own.filter((one) => one.boundary === boundary).map((one) => rowOf(one, byItself))),
      },
    ];
  });
}

function rowOf({ boundary, left, leftAfterMs, rerunMs, outcome, nodes, interruptions }: KillResult, byItself: boolean): string[] {
  return [
    boundary,
    describeLook(left),
    seconds(leftAfterMs),
    ...(byItself ? [] : [rerunMs === null ? '-' : seconds(rerunMs)]),
    outcome,
    describeEnds(nodes),
    interruptions.length === 0 ? 'none' : interruptions.map((ms) => (ms / 1000).toFixed(2)).join(', '),
  ];
}

/** Only what is not as it should be: in service, new, restarted once, nothing installed twice. */
function describeEnds(nodes: KillResult['nodes']): string {
  const odd = nodes.flatMap(({ node, state, repeated, fenced }) => {
    const words = [
      state === 'in service, new, restarted' ? null : state,
      repeated.length === 0 ? null : `twice: ${repeated.join(' ')}`,
      fenced === 0 ? null : `fenced ${fenced} times`,
    ].filter((word) => word !== null);
    return words.length === 0 ? [] : [`${node}: ${words.join(', ')}`];
  });
  return odd.length === 0 ? 'all in service, new, restarted once' : odd.join('; ');
}

const seconds = (ms: number) => (ms / 1000).toFixed(0);
