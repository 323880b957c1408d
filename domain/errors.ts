/**
 * The closed list of everything that can go wrong, and the one shape in which a failure travels: through activities,
 * workflows, reports and screens. Each entry has one sentence of cause and one of remedy, which every surface shows.
 */
import { z } from 'zod';
import { asRemedy, wayOutOfStandby } from './operators-wish.js';

interface ErrorDefinition {
  /** One sentence: what this kind of failure means. */
  readonly cause: string;
  /** One sentence: what to do next. */
  readonly remedy: string;
  /** Whether trying the same thing again, later or on another node, may succeed. */
  readonly retryable: boolean;
}

const stop = (cause: string, remedy: string): ErrorDefinition => ({ cause, remedy, retryable: false });
const again = (cause: string, remedy: string): ErrorDefinition => ({ cause, remedy, retryable: true });

/** Every error code with its cause, its remedy and whether it may pass by itself. `docs/errors.md` is generated from it. */
export const errorCatalogue = {
  InvalidInput: stop('The request has a field that is missing, unknown or out of range.', 'Correct the named field and start again.'),
  ConfigurationInvalid: stop(
    'The configuration of this process cannot be used.',
    'Correct the named setting; "cau config show" tells where each value comes from.',
  ),
  ClusterBusy: stop(
    'Another Updating Run works on this cluster, or is cleaning up after itself.',
    'Wait for it to end ("cau status") or stop it ("cau stop").',
  ),
  Blackout: stop(
    'On these days no node may be begun.',
    "Start the run after these days, or, if it may begin nodes on them, give it other blackouts or none (--blackouts '[]').",
  ),
  ClusterUnknown: stop('No node worker of this cluster answers.', 'Check the name of the cluster and that "cau serve node" runs on its nodes.'),
  NotReady: stop(
    'The cluster does not pass a readiness rule that protects its services.',
    'Do what the finding says, or skip the rule by its id if you take the risk.',
  ),
  WrongNode: stop('A request for one node reached the worker of another.', 'Check that each node worker is configured with the name of its own node.'),
  ForbiddenCaller: stop(
    'A node was asked by something other than a workflow of Cluster-Aware Updating.',
    'Start an Updating Run; single steps cannot be asked of a node.',
  ),
  RefusedByNode: stop("The node's own policy forbids the request.", 'Change the policy on the node if the request is legitimate.'),
  RefusedByOperator: stop('The node is in standby or maintenance by the wish of an operator.', asRemedy(wayOutOfStandby('NODE'))),
  DrainFailed: stop('The roles of the node could not be moved away.', 'Read the named role in the cluster; resume the node when it is healthy.'),
  RoleLost: stop(
    'A role that ran before is not running anywhere.',
    'Start the role ("crm_resource --cleanup" after the cause is gone) and check its constraints.',
  ),
  RoleNotManaged: stop(
    'The cluster does not manage a role on this node, so it cannot be moved.',
    'End the maintenance of the named role or node, then start again.',
  ),
  QuorumAtRisk: stop(
    'Taking this node out would cost the cluster its quorum, or roles their capacity.',
    'Bring the missing nodes back and release the kept ones ("cau recover"), then start again.',
  ),
  NoQuorumHere: again('The node that was asked is not in the part of the cluster that has quorum.', 'Nothing: another node is asked.'),
  ClusterToolFailed: again('A tool of the cluster manager failed.', 'Read its message; the step is tried again.'),
  HoldBroken: stop(
    'The maintenance mode that the run had set on the node was lifted or changed by somebody else.',
    'Find out who did it; the run leaves the node alone.',
  ),
  UnexpectedService: stop('An update enabled or started a service that was off before.', 'Disable the named service; the cluster may manage it.'),
  InstallFailed: stop('An update could not be installed.', 'Read the output of the package manager in the report and repair the package.'),
  PackagesBroken: stop('The package data base of the node is not clean.', 'Repair it with "dpkg --configure -a" and "apt-get -f install", then start again.'),
  ScanFailed: again('The updates that a node needs could not be found out.', 'Check the package sources of the node.'),
  StageFailed: again('The planned updates could not be fetched.', 'Check the package sources and the free space of the node.'),
  LockHeld: again('Another package manager holds the lock on the node.', 'Wait until it ends; the step is tried again.'),
  Interrupted: stop('An operation was started and left no result: its node or process died on the way.', 'Nothing: the node is repaired and scanned anew.'),
  NotConverging: stop(
    'Updates are still offered after the allowed number of passes.',
    'Look at the named updates: they are offered again after they were installed.',
  ),
  NotUniform: stop(
    'The nodes did not end with the same versions, and they were to (requireUniform).',
    'Start a new run for the named nodes when they can be reached and their package sources offer the same.',
  ),
  RestartBlocked: stop('The node must not be restarted now.', 'Read the reason; the node is left as it is.'),
  RestartTimeout: stop(
    'The node did not come back in time after its restart.',
    'Look at its console; when it is well again, release it with the command that the report names.',
  ),
  StillOldBoot: again('The node has not restarted yet.', 'Nothing: it is asked again.'),
  RejoinTimeout: stop('The node did not become a full member of the cluster in time.', 'Check that the cluster stack starts at boot on that node.'),
  GateFailed: stop('A condition that must hold before the run goes on did not hold in time.', 'Read the last value seen; mend it and start again.'),
  HookFailed: stop(
    "The user's script on the node failed.",
    'Correct the script, or what it failed over; what it wrote last is under "Scripts" in the report of the run.',
  ),
  PluginUnavailable: stop('An update plug-in is not installed or not allowed on the node.', 'Install it, or name another in the options.'),
  NodeUnreachable: again('The worker of the node does not answer.', 'Check that the node is up and that "cau serve node" runs on it.'),
  NodeOffline: stop('The node is not online in its cluster.', 'Bring it back and start a new run for it.'),
  NodeVanished: stop('The node is not a member of the cluster any more.', 'Start a new run with the nodes that the cluster has now.'),
  TimeOver: stop('The run reached its deadline.', 'Start a new run for the nodes that are left, or allow more time.'),
  Stopped: stop('The run was stopped on request.', 'Start a new run for the nodes that are left.'),
  TargetFailed: again(
    'A target of notifications did not take an event.',
    'Look at the target, and at its address and secrets in "coordinator.notify" of the coordinators.',
  ),
  TemporalUnavailable: again('The Temporal service cannot be reached.', 'Start it ("cau serve temporal") or correct its address.'),
  TemporalUnsuitable: stop('The Temporal service lacks something that Cluster-Aware Updating needs.', 'Run the named command on it.'),
  TemporalNotFound: stop(
    'No usable Temporal CLI is on this machine and none could be got.',
    'Install Go 1.21 or newer, or set CAU_TEMPORAL_CLI to a Temporal CLI.',
  ),
  VersionMismatch: stop(
    'A run is under way that was begun by another version, and this one would not go on with it but hang it.',
    'Let a coordinator of that version finish it, or terminate it ("temporal workflow terminate --workflow-id ID"): its nodes are released then. After that start this one again.',
  ),
  PortBusy: stop('A port that is needed is in use by another program.', 'End that program or choose another port.'),
  TooLarge: stop('An answer is larger than Temporal can carry.', 'Update fewer packages at once, or let fewer plug-ins work in one run.'),
  RunNotFound: stop('There is no such Updating Run.', 'List the runs with "cau report list".'),
  ScheduleNotFound: stop('There is no such schedule.', 'List the schedules with "cau schedule list".'),
  ScheduleChanged: again('Somebody else changed the schedule meanwhile.', 'Look at it ("cau schedule show"), then change it again.'),
  Unexpected: stop('A defect in Cluster-Aware Updating.', 'Report it with the message and the history of the run.'),
} as const satisfies Record<string, ErrorDefinition>;

/** A code of the closed list. */
export type ErrorCode = keyof typeof errorCatalogue;

/** All codes, for schemas and documentation. */
export const errorCodes = Object.keys(errorCatalogue) as [ErrorCode, ...ErrorCode[]];

/**
 * A failure as data: the same words in the CLI, the console, the report and the Web UI.
 * `message` says what failed, where and why; `remedy` what to do next.
 */
export const failureSchema = z.strictObject({
  code: z.enum(errorCodes),
  message: z.string(),
  remedy: z.string(),
  /** The node, role, field or file concerned. */
  where: z.string().optional(),
  /** Facts for programs: the holder of a lease, the last output of a tool, … Small (a few hundred bytes). */
  facts: z.record(z.string(), z.json()).optional(),
});
export type Failure = z.infer<typeof failureSchema>;

/** What a `CauError` may carry beside its code and message. */
export interface CauErrorDetails {
  readonly where?: string;
  /** Replaces the remedy of the catalogue where a better one is known. */
  readonly remedy?: string;
  readonly facts?: NonNullable<Failure['facts']>;
  readonly cause?: unknown;
}

/** The only error that our own code throws on purpose. */
export class CauError extends Error {
  override readonly name = 'CauError';
  readonly failure: Failure;

  constructor(
    readonly code: ErrorCode,
    message: string,
    details: CauErrorDetails = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.failure = createFailure(code, message, details);
  }

  /** By its shape: after the build more than one file has a copy of this class, and an error crosses between them. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === 'CauError' && 'failure' in value;
  }
}

/** The failure of a code in words: the remedy comes from the catalogue unless a better one is given. */
export function createFailure(code: ErrorCode, message: string, details: CauErrorDetails = {}): Failure {
  return {
    code,
    message,
    remedy: details.remedy ?? errorCatalogue[code].remedy,
    ...(details.where === undefined ? {} : { where: details.where }),
    ...(details.facts === undefined ? {} : { facts: details.facts }),
  };
}

/** Any thrown thing as a failure; what is not a `CauError` is a defect and says so. */
export function failureOf(error: unknown): Failure {
  if (error instanceof CauError) return error.failure;
  return createFailure('Unexpected', error instanceof Error ? error.message : String(error));
}

/** One line for eyes: code, message and remedy. */
export function renderFailure(failure: Failure): string {
  return `${failure.code}: ${failure.message} ${failure.remedy}`;
}
