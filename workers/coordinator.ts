/** The Update Coordinator: executes the workflows of runs. Any number of them, anywhere; one that dies is not missed. */
import { Client, Connection } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { hostname } from 'node:os';
import { createCoordinatorActivities } from '../activities/coordinator-activities.js';
import { readProfile } from '../configuration/profile-files.js';
import { ownCoordinatorQueue } from '../domain/names.js';
import { createTargets, type TargetsSettings } from '../targets/targets.js';
import { clientOptions, type ConnectionSettings } from './client-connection.js';
import { findUnreplayable, versionMismatch } from './open-runs.js';
import { connectPatiently, connectWorkers } from './patient-connection.js';
import { shippedProfiles } from './package-root.js';
import { installRuntime, type MetricsSettings } from './runtime.js';
import { runUntil } from './run-until.js';
import { buildIdOf, findWorkflowBundle } from './workflow-bundle.js';

export interface CoordinatorSettings {
  readonly connection: ConnectionSettings;
  readonly namespace: string;
  /** `cau`, or `cau/<cluster>` in self-updating mode. */
  readonly taskQueue: string;
  /** The directories of profiles, in this order. */
  readonly profiles: readonly string[];
  /** The targets that runs may name. */
  readonly notify: TargetsSettings;
  readonly metrics: MetricsSettings | null;
  /** One line for eyes when something changes. */
  log(line: string): void;
}

/**
 * Works until `signal` aborts, then ends in order.
 * @throws CauError `PortBusy`, `TemporalUnavailable`, `TemporalUnsuitable`, `VersionMismatch`
 */
export async function runCoordinator(settings: CoordinatorSettings, signal: AbortSignal): Promise<void> {
  const { namespace, taskQueue, log } = settings;
  installRuntime(settings.metrics);
  const profileDirectories = { own: settings.profiles, shipped: shippedProfiles() };
  const native = await connectWorkers(settings, signal);
  const connection = await connectPatiently(() => Connection.connect(clientOptions(settings.connection)), settings, signal);
  try {
    const client = new Client({ connection, namespace });
    const workflowBundle = await findWorkflowBundle();
    const buildId = await buildIdOf(workflowBundle);
    const unreplayable = await connectPatiently(() => findUnreplayable(client, { taskQueue, buildId, workflowBundle }), settings, signal);
    if (unreplayable.length > 0) throw versionMismatch(unreplayable);
    // As the Temporal library would call it; by it this coordinator alone can be asked.
    const identity = `${process.pid}@${hostname()}`;
    const activities = createCoordinatorActivities({
      client,
      namespace,
      taskQueue,
      readProfile: (name) => readProfile(profileDirectories, name),
      targets: createTargets(settings.notify),
      log,
    });
    const worker = await Worker.create({
      connection: native,
      namespace,
      identity,
      taskQueue,
      workflowBundle,
      // Kept in every history, for the next version to see whose steps it would have to repeat.
      workerDeploymentOptions: { version: { deploymentName: 'cau', buildId }, useWorkerVersioning: false },
      activities,
      // What is offered to a dead coordinator is given to another after this time (decision 0025).
      stickyQueueScheduleToStartTimeout: '250ms',
      maxCachedWorkflows: 500,
      shutdownGraceTime: '2s',
      shutdownForceTime: '5s',
      // A defect in workflow code must fail its run, where the guard cleans up, and not hang it.
      workflowFailureErrorTypes: { '*': ['TypeError', 'RangeError', 'ZodError', 'CauError'] },
    });
    const ownWorker = await Worker.create({
      connection: native,
      namespace,
      identity,
      taskQueue: ownCoordinatorQueue(taskQueue, identity),
      activities: { resolveProfile: activities.resolveProfile },
      activityTaskPollerBehavior: { type: 'simple-maximum', maximum: 1 },
      shutdownGraceTime: '2s',
      shutdownForceTime: '5s',
    });
    log(`Update Coordinator works on task queue "${taskQueue}".`);
    await runUntil([worker, ownWorker], signal);
  } finally {
    await connection.close();
    await native.close();
  }
}
