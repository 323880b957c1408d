/** Steps on the very node that is worked on. */
import { heartbeat } from '@temporalio/activity';
import { decideHeld } from '../domain/drained.js';
import { CauError } from '../domain/errors.js';
import { nodeInputs, type NodeActivities, type ReleaseOutlook } from '../domain/ports/activities.js';
import type { ClusterDriver } from '../domain/ports/cluster-driver.js';
import type { NodeHost } from '../domain/ports/node-host.js';
import type { InstallResult, RepairResult } from '../domain/ports/update-plugin.js';
import { isSameRun, type RunReference } from '../domain/names.js';
import { renderVerdict } from '../domain/verdict.js';
import type { Update } from '../domain/updates.js';
import type { Ledger } from '../host/ledger.js';
import type { NodeRelease } from '../host/node-release.js';
import type { Occupation } from '../host/occupation.js';
import type { PluginSpecification } from '../host/operation.js';
import type { ReleaseMemoryFile } from '../host/release-memory.js';
import { runOnce } from '../host/run-once.js';
import { examineScripts, type ScriptPolicy } from '../host/scripts.js';
import { archiveReport, readReports } from '../host/archive.js';
import { nodeTimesOf } from '../domain/expected-node-time.js';
import type { NodeBoundary } from './boundary.js';
import { collectEvidence } from './evidence-activity.js';
import { watchGate } from './gate-activity.js';
import { runHook } from './hook-activity.js';
import { operationId } from './operation-id.js';
import type { PluginBench } from './plugin-bench.js';
import { probeRoles } from './probe-activity.js';
import { whileBeating } from './while-beating.js';

/** What the worker of one node has to do its steps with. */
export interface NodeActivityDependencies {
  readonly own: { readonly cluster: string; readonly node: string };
  readonly boundary: NodeBoundary;
  readonly driver: ClusterDriver;
  readonly host: NodeHost;
  readonly ledger: Ledger;
  readonly plugins: PluginBench;
  readonly scripts: ScriptPolicy;
  readonly archiveDirectory: string;
  readonly machineFile: string | null;
  /** Whether the node's own policy lets a run restart it. */
  readonly allowRestart: boolean;
  readonly occupation: Occupation;
  readonly memory: ReleaseMemoryFile;
  readonly release: NodeRelease;
  outlook(): ReleaseOutlook;
  /** Lets this worker stop polling and then restart the node; returns at once. */
  restartAfterReply(): void;
}

/** The activities of one node's own worker. */
export function createNodeActivities(deps: NodeActivityDependencies): NodeActivities {
  const { boundary, driver, host, ledger, plugins, own, memory, occupation } = deps;
  const { guard } = boundary;
  /** An operation that must not begin on a node that has released itself; one that is begun already is attached to. */
  const operate = <T>(verb: PluginSpecification['verb'], input: Operation, updates: Update[]) =>
    occupation.work(async () => {
      const specification = specify(deps, verb, input, updates);
      if ((await ledger.findStart(specification.operationId)) === null) await requireNotReleased(deps, input.run);
      return runOnce<T>(deps, specification, heartbeat);
    });
  return {
    identifyNode: guard(nodeInputs.target, async () => ({
      node: own.node,
      bootId: await host.bootId(),
      at: new Date().toISOString(),
      driver: driver.kind,
      stack: await driver.stackState(),
      stopsStack: driver.capabilities.stopsStack,
    })),
    scanNode: guard(nodeInputs.scan, ({ plugins: names, wanted = 'all' }) => plugins.scan(names, wanted)),
    stageUpdates: guard(nodeInputs.stage, (input) => plugins.stage(input.updates)),
    installUpdates: guard(nodeInputs.operation, (input) => operate<InstallResult>('install', input, input.updates)),
    repairPackages: guard(nodeInputs.operation, (input) => operate<RepairResult>('repair', input, [])),
    verifyUpdates: guard(nodeInputs.verify, (input) => plugins.verify(input.updates)),
    examineScripts: guard(nodeInputs.scripts, (input) => examineScripts(deps.scripts, input.scripts)),
    runHook: guard(nodeInputs.hook, (input) => occupation.work(() => runHook(deps, input))),
    watchGate: guard(nodeInputs.gate, (input) => watchGate(deps, input)),
    stopClusterStack: guard(nodeInputs.claim, ({ run, releaseAfter }) =>
      occupation.work(async () => {
        await requireNotReleased(deps, run);
        const bootId = await host.bootId();
        await memory.change((now) => ({ ...now, stackStopped: { run, releaseAfter, bootId } }));
        await whileBeating('stopping the cluster stack', () => driver.stopStack());
      }),
    ),
    startClusterStack: guard(nodeInputs.target, () =>
      occupation.work(async () => {
        await whileBeating('starting the cluster stack', () => driver.startStack());
        // One that is still starting may yet fail; then the node must know that it is down for a run.
        if ((await driver.stackState()).running) await memory.change((now) => ({ ...now, stackStopped: null }));
      }),
    ),
    findStrayResources: guard(nodeInputs.target, () => whileBeating('asking resources', () => driver.findStrayResources())),
    restartNode: guard(nodeInputs.restart, async ({ run, pass, expectedBootId }) => {
      if (!deps.allowRestart) throw new CauError('RefusedByNode', `The policy of ${own.node} does not let a run restart it.`, { where: own.node });
      return occupation.work(async () => {
        const bootId = await host.bootId();
        if (bootId !== expectedBootId) return 'alreadyRestarted';
        await requireNotReleased(deps, run);
        await ledger.recordStart({ operationId: operationId(run, own.node, 'restart', pass), bootId, at: new Date().toISOString() });
        deps.restartAfterReply();
        return 'restarting';
      });
    }),
    confirmRestarted: guard(nodeInputs.confirm, async ({ run, pass, previousBootId }) => {
      const bootId = await host.bootId();
      if (bootId !== previousBootId) return { bootId };
      // A worker that still answers on the old boot is the successor of one that ended between its reply and the restart.
      const asked = await ledger.findStart(operationId(run, own.node, 'restart', pass));
      if (asked?.bootId === bootId) {
        await requireNotReleased(deps, run);
        deps.restartAfterReply();
      }
      throw new CauError('StillOldBoot', `${own.node} is still on boot ${bootId}.`, { where: own.node });
    }),
    probeRoles: guard(nodeInputs.probe, ({ probes }) => probeRoles(probes)),
    collectEvidence: guard(nodeInputs.evidence, (input) => collectEvidence(deps, input)),
    archiveReport: guard(nodeInputs.archive, ({ run, report }) => archiveReport(deps.archiveDirectory, run, report)),
    recallNodeTimes: guard(nodeInputs.target, async () =>
      (await readReports(deps.archiveDirectory, recalledRuns)).flatMap((report) => nodeTimesOf(report)).slice(0, recalledTimes),
    ),
    describeRelease: guard(nodeInputs.target, () => Promise.resolve(deps.outlook())),
    endHold: guard(nodeInputs.endHold, ({ run, why, evenKept }) => deps.release.end(run, why, evenKept)),
  };
}

/** Of how many runs the times of nodes are recalled, and how many of them: what is older tells little of today. */
const recalledRuns = 20;
const recalledTimes = 200;

type Operation = { run: RunReference; pass: number; plugin: string };

/**
 * A run that Temporal did not know for long may be back, and go on where it was, on a node that has released itself since.
 * @throws CauError `HoldBroken`
 */
async function requireNotReleased({ driver, memory, own }: NodeActivityDependencies, run: RunReference): Promise<void> {
  if (!(await memory.read()).released.some((one) => isSameRun(one, run))) return;
  const held = decideHeld((await driver.look()).sight, own.node, run);
  if (held.state === 'met') return;
  throw new CauError('HoldBroken', `${own.node} has released itself: Temporal did not know run ${run.workflowId} for too long. ${renderVerdict(held)}`, {
    where: own.node,
  });
}

function specify(
  { own, plugins, machineFile }: NodeActivityDependencies,
  verb: PluginSpecification['verb'],
  input: Operation,
  updates: Update[],
): PluginSpecification {
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
