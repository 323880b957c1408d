/** Steps on the very node that is worked on. */
import { heartbeat } from '@temporalio/activity';
import { CauError } from '../domain/errors.js';
import { nodeInputs, type NodeActivities } from '../domain/ports/activities.js';
import type { ClusterDriver } from '../domain/ports/cluster-driver.js';
import type { NodeHost } from '../domain/ports/node-host.js';
import type { InstallResult, RepairResult } from '../domain/ports/update-plugin.js';
import type { RunReference } from '../domain/names.js';
import type { Update } from '../domain/updates.js';
import type { Ledger } from '../host/ledger.js';
import type { OperationSpecification } from '../host/operation.js';
import { runOnce } from '../host/run-once.js';
import { archiveReport } from '../host/archive.js';
import type { NodeBoundary } from './boundary.js';
import { collectEvidence } from './evidence-activity.js';
import type { PluginBench } from './plugin-bench.js';
import { probeRoles } from './probe-activity.js';

export interface NodeActivityDependencies {
  readonly own: { readonly cluster: string; readonly node: string };
  readonly boundary: NodeBoundary;
  readonly driver: ClusterDriver;
  readonly host: NodeHost;
  readonly ledger: Ledger;
  readonly plugins: PluginBench;
  readonly archiveDirectory: string;
  readonly machineFile: string | null;
  /** Whether the node's own policy lets a run restart it. */
  readonly allowRestart: boolean;
  /** Lets this worker stop polling and then restart the node; returns at once. */
  restartAfterReply(): void;
}

/** The activities of one node's own worker. */
export function createNodeActivities(deps: NodeActivityDependencies): NodeActivities {
  const { boundary, driver, host, ledger, plugins, own } = deps;
  const { guard } = boundary;
  return {
    identifyNode: guard(nodeInputs.target, async () => ({
      node: own.node,
      bootId: await host.bootId(),
      at: new Date().toISOString(),
      driver: driver.kind,
      stack: await driver.stackState(),
      stopsStack: driver.capabilities.stopsStack,
    })),
    scanNode: guard(nodeInputs.scan, (input) => plugins.scan(input.plugins)),
    stageUpdates: guard(nodeInputs.stage, (input) => plugins.stage(input.updates)),
    installUpdates: guard(nodeInputs.operation, (input) => runOnce<InstallResult>(deps, specify(deps, 'install', input, input.updates), heartbeat)),
    repairPackages: guard(nodeInputs.operation, (input) => runOnce<RepairResult>(deps, specify(deps, 'repair', input, []), heartbeat)),
    verifyUpdates: guard(nodeInputs.verify, (input) => plugins.verify(input.updates)),
    stopClusterStack: guard(nodeInputs.target, () => driver.stopStack()),
    startClusterStack: guard(nodeInputs.target, () => driver.startStack()),
    findStrayResources: guard(nodeInputs.target, () => driver.findStrayResources()),
    restartNode: guard(nodeInputs.restart, async ({ run, pass, expectedBootId }) => {
      if (!deps.allowRestart) throw new CauError('RefusedByNode', `The policy of ${own.node} does not let a run restart it.`, { where: own.node });
      const bootId = await host.bootId();
      if (bootId !== expectedBootId) return 'alreadyRestarted';
      await ledger.recordStart({ operationId: operationId(run, own.node, 'restart', pass), bootId, at: new Date().toISOString() });
      deps.restartAfterReply();
      return 'restarting';
    }),
    confirmRestarted: guard(nodeInputs.confirm, async ({ previousBootId }) => {
      const bootId = await host.bootId();
      if (bootId === previousBootId) throw new CauError('StillOldBoot', `${own.node} is still on boot ${bootId}.`, { where: own.node });
      return { bootId };
    }),
    probeRoles: guard(nodeInputs.probe, ({ probes }) => probeRoles(probes)),
    collectEvidence: guard(nodeInputs.evidence, (input) => collectEvidence(deps, input)),
    archiveReport: guard(nodeInputs.archive, ({ run, report }) => archiveReport(deps.archiveDirectory, run, report)),
  };
}

/**
 * The id of an operation: unique for its need, the same for every attempt, and not the same for a later run that was
 * given the same workflow id.
 */
function operationId(run: RunReference, node: string, step: string, pass: number): string {
  return `${run.firstExecutionRunId}/${node}/${step}/${pass}`;
}

function specify(
  { own, plugins, machineFile }: NodeActivityDependencies,
  verb: OperationSpecification['verb'],
  input: { run: RunReference; pass: number; plugin: string },
  updates: Update[],
): OperationSpecification {
  plugins.require(input.plugin);
  return {
    operationId: operationId(input.run, own.node, `${verb}-${input.plugin}`, input.pass),
    verb,
    plugin: input.plugin,
    updates,
    ...own,
    stateDirectory: plugins.stateDirectory(input.plugin),
    machineFile,
  };
}
