/** A lab with its node workers, two coordinators and a client. */
import type { WorkflowHandle } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import { connectClient, type TemporalClient } from '../../client/connection.js';
import { untilWorkersPoll } from '../../client/pollers.js';
import { statusOf } from '../../client/progress.js';
import { startRun } from '../../client/runs.js';
import { verifyRun } from '../../client/verify.js';
import { loadConfiguration } from '../../configuration/configuration.js';
import { guardId } from '../../domain/names.js';
import type { PartialOptions } from '../../domain/options.js';
import type { Progress } from '../../domain/progress.js';
import type { Report } from '../../domain/report.js';
import { keepCoordinators, type Coordinators } from '../helpers/coordinators.js';
import { startLab, type Lab, type LabSettings } from '../lab/lab.js';
import { labPlace } from '../lab/place.js';

export interface LabWorld {
  readonly lab: Lab;
  readonly temporal: TemporalClient;
  readonly address: string;
  /** Two; one that is killed is started again, as by an init system. */
  readonly coordinators: Coordinators;
  start(options?: PartialOptions, more?: Readonly<Record<string, unknown>>): Promise<WorkflowHandle>;
  report(handle: WorkflowHandle): Promise<Report>;
  /** Waits until the run's progress is as asked. */
  until(handle: WorkflowHandle, isSo: (progress: Progress) => boolean): Promise<Progress>;
  untilFree(): Promise<void>;
  /** What "cau verify" does not find to hold of a run, a line for each invariant. */
  complaintsAbout(report: Report): Promise<string[]>;
  stop(): Promise<void>;
}

/** @param address of its Temporal service; that of all tests when it is left out */
export async function createLabWorld(settings: Omit<LabSettings, 'place' | 'temporalPort'>, address = inject('temporalAddress')): Promise<LabWorld> {
  const coordinators = keepCoordinators(2, { TEMPORAL_ADDRESS: address });
  // Not where a lab is usually, so that one that a developer has up is left alone.
  const lab = await startLab({ place: labPlace('cautst', '10.88.0'), ...settings, temporalPort: Number(address.split(':')[1]) });
  const temporal = await connectClient(loadConfiguration({ temporalAddress: address }));
  await untilWorkersPoll(temporal, lab.place.name, lab.nodes);
  return {
    lab,
    temporal,
    address,
    coordinators,
    start: (options = {}, more = {}) =>
      startRun(temporal, { cluster: lab.place.name, options, requestedBy: 'a lab test', ...more }, `cau/run/${lab.place.name}/${randomUUID()}`),
    report: async (handle) => (await handle.result()) as Report,
    async until(handle, isSo) {
      const giveUpAt = Date.now() + 120_000;
      for (;;) {
        const status = await statusOf(temporal, handle).catch(() => null);
        if (status?.kind === 'whole' && isSo(status.progress)) return status.progress;
        if (Date.now() > giveUpAt) throw new Error(`never so: ${JSON.stringify(status)}`);
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
    },
    async untilFree() {
      const giveUpAt = Date.now() + 180_000;
      while ((await temporal.client.workflow.getHandle(guardId(lab.place.name)).describe()).status.name === 'RUNNING') {
        if (Date.now() > giveUpAt) throw new Error('the guard is still there');
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
    async complaintsAbout({ run }) {
      const { findings } = await verifyRun(temporal, { cluster: lab.place.name, workflowId: run.workflowId });
      return findings.filter(({ state }) => state !== 'holds').map(({ id, state, broken, unknown }) => `${id} ${state}: ${[...broken, ...unknown].join('; ')}`);
    },
    async stop() {
      await temporal.close();
      await coordinators.end();
      await lab.down();
    },
  };
}
