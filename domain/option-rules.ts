/** What options must fulfil together. */
import { durationMs } from './duration.js';
import { CauError } from './errors.js';
import type { RunOptions } from './options.js';

/** One rule: the option that is to be changed, and why these do not go together, or null. */
interface OptionRule {
  readonly option: keyof RunOptions;
  contradiction(options: RunOptions): string | null;
}

const rules: readonly OptionRule[] = [
  {
    option: 'maxOfflineNodes',
    contradiction: ({ requireAllNodesOnline, maxOfflineNodes }) =>
      requireAllNodesOnline && typeof maxOfflineNodes === 'number' && maxOfflineNodes > 0 ? 'must be 0 or "any" together with requireAllNodesOnline' : null,
  },
  {
    option: 'drainWhen',
    contradiction: ({ drainWhen, allowOutage }) =>
      drainWhen === 'never' && !allowOutage
        ? 'can be "never" only together with allowOutage: updates and restarts then hit roles that still run on the node'
        : null,
  },
  {
    option: 'clusterDuringInstall',
    contradiction: ({ drainWhen, clusterDuringInstall }) =>
      drainWhen === 'never' && clusterDuringInstall === 'stop'
        ? 'cannot be "stop" together with drainWhen "never": a stack that stops takes the roles from its node'
        : null,
  },
  {
    option: 'forceDrain',
    contradiction: ({ drainWhen, forceDrain }) => (drainWhen === 'never' && forceDrain ? 'means nothing together with drainWhen "never"' : null),
  },
  {
    option: 'failback',
    contradiction: ({ placement, failback }) =>
      placement === 'fewestMoves' && failback === 'immediate'
        ? 'must be "end" or "cluster" together with placement "fewestMoves": a role that is taken back at once moves twice wherever it went'
        : null,
  },
  {
    option: 'warnAfter',
    contradiction: ({ warnAfter, stopAfter }) =>
      warnAfter !== 'never' && stopAfter !== 'never' && durationMs(warnAfter) >= durationMs(stopAfter)
        ? `must be shorter than stopAfter (${stopAfter}), or nobody would be warned`
        : null,
  },
  {
    option: 'separateRestarts',
    contradiction: ({ restartWhen, separateRestarts }) =>
      restartWhen === 'never' && separateRestarts ? 'means nothing together with restartWhen "never"' : null,
  },
  {
    option: 'order',
    contradiction: ({ order }) => {
      const listed = typeof order === 'string' ? [] : 'sites' in order ? order.sites : order;
      const twice = listed.find((name, index) => listed.indexOf(name) !== index);
      return twice === undefined ? null : `names "${twice}" twice; each has one place in an order`;
    },
  },
  {
    option: 'gates',
    contradiction: ({ gates }) => {
      const twice = gates.find(({ name }, index) => gates.findIndex((other) => other.name === name) !== index);
      if (twice !== undefined) return `have two of the name "${twice.name}"; messages would not tell which is meant`;
      const hasty = gates.find(({ holdFor, timeout }) => durationMs(holdFor) >= durationMs(timeout));
      if (hasty !== undefined) return `"${hasty.name}" can never pass: its holdFor (${hasty.holdFor}) must be shorter than its timeout (${hasty.timeout})`;
      const restless = gates.find(({ every }) => durationMs(every) < shortestLookMs);
      return restless === undefined ? null : `"${restless.name}" is looked at too often: every (${restless.every}) must be ${shortestLookMs} ms at least`;
    },
  },
];

const shortestLookMs = 200;

/** @throws CauError `InvalidInput` that names the option, its value and what is allowed */
export function requireConsistent(options: RunOptions): void {
  for (const { option, contradiction } of rules) {
    const words = contradiction(options);
    if (words === null) continue;
    throw new CauError('InvalidInput', `options.${option}: ${words} (given: ${JSON.stringify(options[option])}).`, { where: `options.${option}` });
  }
}
