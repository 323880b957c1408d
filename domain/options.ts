/**
 * The options of an Updating Run: their one definition. Names, ranges and meanings here are those of profiles, the
 * CLI, the input of the workflow and the documentation.
 */
import { z } from 'zod';
import { durationSchema, durationWithin } from './duration.js';
import { gateSchema } from './gates.js';
import { noScript, scriptNameSchema } from './hooks.js';
import { nameSchema } from './names.js';
import { blackoutSchema } from './blackouts.js';
import { maintenanceWindowSchema } from './maintenance-window.js';
import { orderSchema } from './order.js';
import { requireConsistent } from './option-rules.js';
import { probeSchema } from './probes.js';
import { wantedUpdatesSchema } from './updates.js';
import { targetNamesSchema } from './target-names.js';

const count = (max: number) => z.number().int().min(0).max(max);
/** Temporal takes none for no limit. */
const timeoutSchema = durationWithin('1ms', '365d');
const durationOrNever = z.union([z.literal('never'), durationSchema]);
const checkId = z.string().regex(/^[a-z]+(\.[a-zA-Z-]+)+$/, 'the id of a readiness rule, such as "cluster.quorum"');

/** Every option with its range and, as `description`, what it means. No defaults here: see `defaultOptions`. */
export const runOptionsSchema = z.strictObject({
  plugins: z.array(nameSchema).min(1).max(8).describe('Update plug-ins to use, in this order.'),
  updates: wantedUpdatesSchema.describe('Which updates are installed: all that the plug-ins find, or security updates and what these need.'),
  stopOnPluginFailure: z.boolean().describe('Whether plug-ins that come after one that failed are left out on that node; otherwise they still install theirs.'),
  separateRestarts: z.boolean().describe('Restart a node after each plug-in that needs it, instead of once after all of them.'),
  order: orderSchema.describe(
    'Order of the nodes: those with the fewest roles first; the listed ones in their order; or one site after another, by rule or with some first, such as {"sites":["north","south"]}.',
  ),
  maxParallelNodes: z
    .number()
    .int()
    .min(1)
    .max(32)
    .describe('How many nodes may be worked on at once, as far as quorum and roles can spare them; one less for each that failed.'),
  maxFailedNodes: z
    .union([z.literal('auto'), count(100)])
    .describe('How many nodes may fail before no further node is begun; "auto" is a third of the nodes less one, within the quorum margin.'),
  maxRetriesPerNode: z
    .number()
    .int()
    .min(0)
    .max(64)
    .describe('How often a node goes on at the step that failed, where that may pass by itself; counted over all its steps.'),
  requireAllNodesOnline: z.boolean().describe('Refuse to start unless every node is online; the same as maxOfflineNodes 0.'),
  maxOfflineNodes: z
    .union([z.literal('any'), count(100)])
    .describe('How many members may be offline when a run starts; "any" is as many as the quorum can spare. They are skipped and count for no failure.'),
  includeStandby: z
    .boolean()
    .describe(
      "Update nodes that an operator has put in standby, too; his standby stays his, and ends when he says so. Nodes in Pacemaker's maintenance never are.",
    ),
  allowOutage: z
    .boolean()
    .describe(
      'Take out a node also when a role has no other place and is down meanwhile, or when it is the last member; others never lose their quorum by that.',
    ),
  requireUniform: z
    .boolean()
    .describe('Refuse to start when nodes are offered different versions of a package, and do not succeed when they end with different ones.'),
  drainWhen: z
    .enum(['always', 'restartExpected', 'never'])
    .describe('Whether a node is drained for its updates: always, when a restart or the cluster stack is among them, or never, which needs allowOutage.'),
  drainTimeout: timeoutSchema.describe('How long the roles of a node may take to leave it.'),
  forceDrain: z
    .boolean()
    .describe('After drainTimeout go on although a role that left the node serves nowhere; never while anything still runs there or a stop failed.'),
  settleTimeout: timeoutSchema.describe('How long roles, copies and promotion scores may take to be back after a node.'),
  placement: z
    .enum(['cluster', 'fewestMoves'])
    .describe(
      'Where roles go when their node is drained: where the cluster places them, or, where it has no wish of its own, to nodes that this run drains no more.',
    ),
  failback: z
    .enum(['immediate', 'end', 'cluster'])
    .describe(
      'When a role that is preferred on its node, but sticks to where it went, is taken back: as soon as the node is back, at the end of the run, or never: the rules of the cluster decide alone.',
    ),
  clusterDuringInstall: z
    .enum(['keep', 'stop', 'auto'])
    .describe(
      'Whether the cluster stack of the node runs during the installation; "auto" stops it when the stack itself is updated or when fencing could strike.',
    ),
  restartWhen: z
    .enum(['needed', 'always', 'never'])
    .describe('Restart a node when its updates need it, always (also when there is nothing to install), or never.'),
  restartTimeout: timeoutSchema.describe('How long a node may take to restart and to be a full member again.'),
  installTimeout: timeoutSchema.describe('How long one installation on a node may take.'),
  maxScanPasses: z.number().int().min(1).max(20).describe('How often a node is scanned and updated until nothing is left.'),
  preUpdateScript: scriptNameSchema.describe(
    'The script that is run on a node before it is held; when it fails, the node is not updated. A name in the directory of scripts of the node, never a path; "none" runs nothing.',
  ),
  postUpdateScript: scriptNameSchema.describe(
    'The script that is run on a node when it is out of maintenance mode again and its roles are back; "none" runs nothing.',
  ),
  hookTimeout: durationWithin('1ms', '7d').describe(
    'How long a script before or after a node may take; then it is ended, with all that it started, and has failed.',
  ),
  hookFailureCounts: z
    .boolean()
    .describe(
      'Whether a node whose script failed counts as failed. Otherwise it is skipped when it was the script before, and only told of when it was the one after.',
    ),
  gates: z
    .array(gateSchema)
    .max(10)
    .describe(
      'Conditions that must hold before a node is begun, after it is back, or both; of the kinds cluster, http, command and prometheus, such as {"name":"shop","kind":"http","url":"http://shop.example/health","holdFor":"30s"}.',
    ),
  quorumWait: durationSchema.describe('How long to wait until a node can be taken out without risk to the quorum.'),
  pauseTimeout: timeoutSchema.describe('How long a run may stay paused; then it ends in order, and nodes that are not begun are canceled.'),
  approval: z
    .enum(['none', 'plan', 'firstNode', 'everyNode'])
    .describe('What a person must approve: nothing, the plan before the first node, the others after the first node, or each node.'),
  approvalTimeout: timeoutSchema.describe('How long a run waits for an approval; then it ends in order, and nodes that are not begun are canceled.'),
  warnAfter: durationOrNever.describe('When the report and the details of the run warn that it takes long; shorter than stopAfter.'),
  stopAfter: durationOrNever.describe('When no further node is begun any more, counted from the start of the run; a node at work finishes.'),
  stopGrace: durationSchema.describe('How long after stopAfter a node at work may go on; then it ends in order after its present step.'),
  window: z
    .union([z.literal('always'), maintenanceWindowSchema])
    .describe(
      'When nodes may be begun: always, or from start (if given) to end in a time zone, such as {"start":"22:00","end":"06:00","timeZone":"Europe/Zurich"}; a node that is not expected to be done by its end is not begun.',
    ),
  blackouts: z
    .array(blackoutSchema)
    .max(50)
    .describe(
      'Days on which no node is begun, the first and the last included, such as {"from":"2026-12-24","until":"2027-01-03","timeZone":"Europe/Zurich","reason":"year end"}; a run that would begin on one of them is refused, one of a schedule skipped, and a node that is not expected to be done before them is not begun.',
    ),
  releaseAfter: durationWithin('1s', '365d').describe(
    'How long Temporal may not know a run, or may not answer, before nodes release by themselves what the run holds of them; never in the middle of an installation.',
  ),
  probes: z.array(probeSchema).max(20).describe('Requests repeated during the run to measure the interruption of roles.'),
  notify: targetNamesSchema.describe('Targets that are told the events of the run, by the names that the coordinators know them by (coordinator.notify).'),
  skipChecks: z.array(checkId).max(50).describe('Readiness rules to skip, by id; recorded in the report.'),
});
export type RunOptions = z.infer<typeof runOptionsSchema>;

/** Every script that the options name. */
export function scriptsOf({ preUpdateScript, postUpdateScript, gates }: RunOptions): string[] {
  const hooks = [preUpdateScript, postUpdateScript].filter((script) => script !== noScript);
  return [...new Set([...hooks, ...gates.flatMap((gate) => (gate.kind === 'command' ? [gate.script] : []))])];
}

/** What a profile or a starter may give: any of the options. */
export const partialOptionsSchema = runOptionsSchema.partial();
export type PartialOptions = z.infer<typeof partialOptionsSchema>;

/** The built-in defaults. */
export const defaultOptions: RunOptions = {
  plugins: ['apt'],
  updates: 'all',
  stopOnPluginFailure: false,
  separateRestarts: false,
  order: 'fewestRoles',
  maxParallelNodes: 1,
  maxFailedNodes: 'auto',
  maxRetriesPerNode: 3,
  requireAllNodesOnline: false,
  maxOfflineNodes: 'any',
  includeStandby: false,
  allowOutage: false,
  requireUniform: false,
  drainWhen: 'always',
  drainTimeout: '10m',
  forceDrain: false,
  settleTimeout: '10m',
  placement: 'cluster',
  failback: 'immediate',
  clusterDuringInstall: 'auto',
  restartWhen: 'needed',
  restartTimeout: '15m',
  installTimeout: '2h',
  maxScanPasses: 5,
  preUpdateScript: noScript,
  postUpdateScript: noScript,
  hookTimeout: '15m',
  hookFailureCounts: true,
  gates: [],
  quorumWait: '10m',
  pauseTimeout: '24h',
  approval: 'none',
  approvalTimeout: '24h',
  warnAfter: 'never',
  stopAfter: 'never',
  stopGrace: '1h',
  window: 'always',
  blackouts: [],
  releaseAfter: '30m',
  probes: [],
  notify: [],
  skipChecks: [],
};

/** The options of a run that an earlier version may have written, which did not know all of them. */
export const recordedOptionsSchema = z.preprocess(
  (options) => (typeof options === 'object' && options !== null ? { ...defaultOptions, ...options } : options),
  runOptionsSchema,
);

/** Where the value of an option comes from. */
export const optionOriginSchema = z.enum(['default', 'profile', 'request']);
export type OptionOrigin = z.infer<typeof optionOriginSchema>;

/** The options of one run, each with its origin. */
export const effectiveOptionsSchema = z.strictObject({
  values: recordedOptionsSchema,
  origins: z.record(z.string(), optionOriginSchema),
});
export type EffectiveOptions = z.infer<typeof effectiveOptionsSchema>;

/** Built-in defaults, overridden by the profile, overridden by the request. @throws CauError `InvalidInput` when they contradict each other */
export function effectiveOptions(profile: PartialOptions, request: PartialOptions): EffectiveOptions {
  const origins = Object.fromEntries(
    Object.keys(defaultOptions).map((name): [string, OptionOrigin] => [name, name in request ? 'request' : name in profile ? 'profile' : 'default']),
  );
  const values = runOptionsSchema.parse({ ...defaultOptions, ...profile, ...request });
  requireConsistent(values);
  return { values, origins };
}
