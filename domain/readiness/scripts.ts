import type { ReadinessRule } from './rule.js';

/** A script that is missing on one node, or that somebody else could replace, is found before the first one is touched. */
export const scriptsRule: ReadinessRule = {
  id: 'scripts.present',
  severity: 'blocking',
  remedy:
    'Put it into the directory of scripts of the node ("cau config show" there names it): executable, owned by root, not writable by others, as every directory above it.',
  check: ({ scripts }) => scripts.flatMap(({ node, problem }) => (problem === null ? [] : [`${node}: ${problem}`])),
};

/** Scripts that differ do different things on different nodes, which is seldom meant. */
export const sameScriptsRule: ReadinessRule = {
  id: 'scripts.same',
  severity: 'warning',
  remedy: 'Let every node have the same file, unless that is what you want.',
  check: ({ scripts }) =>
    [...new Set(scripts.map(({ script }) => script))].flatMap((script) => {
      const found = scripts.filter((one) => one.script === script && one.digest !== null);
      const [first] = found;
      const others = found.filter(({ digest }) => digest !== first?.digest).map(({ node }) => node);
      return others.length === 0 ? [] : [`Script "${script}" is not the same on ${first?.node} as on ${others.join(', ')}.`];
    }),
};
