/** A lab with its node workers, two coordinators and a client. */
import type { WorkflowHandle } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import { expect, inject } from 'vitest';
import { command } from '../../client/commands.js';
import { connectClient, type TemporalClient } from '../../client/connection.js';
import { untilWorkersPoll } from '../../client/pollers.js';
import { statusOf } from '../../client/progress.js';
import { startRun } from '../../client/runs.js';
import { verifyRun } from '../../client/verify.js';
import { loadConfiguration } from '../../configuration/configuration.js';
import type { CommandName } from '../../domain/commands.js';
import { guardId, type RunReference } from '../../domain/names.js';
import type { PartialOptions } from '../../domain/options.js';
import type { NodeStep, Progress } from '../../domain/progress.js';
import type { Report } from '../../domain/report.js';
import { keepCoordinators, type Coordinators } from '../helpers/coordinators.js';
import { reportWithin, whereItStands } from '../helpers/where-it-stands.js';
import { startLab, type Lab, type LabSettings } from '../lab/lab.js';
import { labPlace, type LabPlace } from '../lab/place.js';
import { slowFile } from '../lab/repository.js';
import { placements } from './proof.js';

export interface LabWorld {
  readonly lab: Lab;
  readonly temporal: TemporalClient;
  readonly address: string;
  /** Two; one that is killed is started again, as by an init system. */
  readonly coordinators: Coordinators;
  start(options?: PartialOptions, more?: Readonly<Record<string, unknown>>): Promise<WorkflowHandle>;
  report(handle: WorkflowHandle): Promise<Report>;
  /** Starts a run over that node, or more, on which an update of its own stalls in its script until it is let go. */
  startStalled(node: string, options?: PartialOptions, more?: Readonly<Record<string, unknown>>): Promise<StalledRun>;
  /** Says something to a run, and answers whether the run accepted it. */
  say(handle: WorkflowHandle, name: CommandName, more?: Readonly<Record<string, unknown>>): Promise<boolean>;
  /** Waits until the run's progress is as asked. */
  until(handle: WorkflowHandle, isSo: (progress: Progress) => boolean): Promise<Progress>;
  untilFree(): Promise<void>;
  /** A shell script in a node, and what it says. @throws Error when it fails */
  sh(node: string, script: string): Promise<string>;
  standbyNodes(): Promise<string[]>;
  /** As an operator does, until nothing is left there. A lab with a node in standby never counts as settled. */
  putInStandby(node: string): Promise<void>;
  /** What "cau verify" does not find to hold of a run, a line for each invariant. */
  complaintsAbout(of: { readonly run: Pick<RunReference, 'workflowId'> }): Promise<string[]>;
  stop(): Promise<void>;
}

/** A run with a node in the middle of an installation. */
export interface StalledRun {
  readonly handle: WorkflowHandle;
  /** The version that is being installed. */
  readonly version: string;
  letGo(): Promise<void>;
}

/** Whether the node is in that step. */
export const isIn = (node: string, step: NodeStep) => (progress: Progress) => progress.nodes.some((one) => one.node === node && one.step === step);

/** Not where a lab is usually, so that one that a developer has up is left alone; and not where the tests beside these have theirs. */
function ownPlace(): LabPlace {
  const lane = Number(process.env['VITEST_POOL_ID'] ?? 1);
  return labPlace(`cautst${lane}`, `10.88.${lane}`);
}

/** @param address of its Temporal service; that of all tests when it is left out */
export async function createLabWorld(settings: Omit<LabSettings, 'place' | 'temporalPort'>, address = inject('temporalAddress')): Promise<LabWorld> {
  const coordinators = keepCoordinators(2, { TEMPORAL_ADDRESS: address });
  const lab = await startLab({ place: ownPlace(), ...settings, temporalPort: Number(address.split(':')[1]) });
  const sh = (node: string, script: string) => lab.exec(node, 'sh', '-c', script);
  const temporal = await connectClient(loadConfiguration({ temporalAddress: address }));
  await untilWorkersPoll(temporal, lab.place.name, lab.nodes);
  const look = () => lab.exec('node1', 'crm_mon', '-1', '--exclude=all', '--include=nodes,failures');
  let latest: WorkflowHandle | null = null;
  const start: LabWorld['start'] = async (options = {}, more = {}) => {
    latest = await startRun(temporal, { cluster: lab.place.name, options, requestedBy: 'a lab test', ...more }, `cau/run/${lab.place.name}/${randomUUID()}`);
    return latest;
  };
  return {
    lab,
    temporal,
    address,
    coordinators,
    sh,
    start,
    async startStalled(node, options = {}, more = { nodes: [node] }) {
      const version = await lab.offerSlow();
      await sh(node, `touch ${slowFile}`);
      const handle = await start(options, more);
      await expect.poll(() => sh(node, 'pgrep -f cau-demo-slow[.]postinst || true'), { timeout: 60_000 }).not.toBe('');
      return { handle, version, letGo: async () => void (await sh(node, `rm -f ${slowFile}`)) };
    },
    say: async (handle, name, more = {}) => (await command(temporal, handle, name, { by: 'a lab test', ...more }))?.accepted ?? false,
    standbyNodes: async () =>
      [...(await lab.exec('node1', 'crm_mon', '-1', '--output-as=xml')).matchAll(/<node name="(\w+)"[^>]*standby="true"/g)].map(([, node]) => node ?? ''),
    async putInStandby(node) {
      await lab.exec('node1', 'crm_standby', '-N', node, '-v', 'on');
      await expect.poll(async () => (await placements(lab)).filter((line) => line.startsWith(`${node}:`)), { timeout: 60_000 }).toEqual([]);
    },
    report: (handle) => reportWithin(temporal, handle, 240_000, look),
    async until(handle, isSo) {
      const giveUpAt = Date.now() + 120_000;
      for (;;) {
        const status = await statusOf(temporal, handle).catch(() => null);
        if (status?.kind === 'whole' && isSo(status.progress)) return status.progress;
        if (Date.now() > giveUpAt) throw new Error(`never so: ${JSON.stringify(status)}`);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
    async untilFree() {
      const giveUpAt = Date.now() + 180_000;
      while ((await temporal.client.workflow.getHandle(guardId(lab.place.name)).describe()).status.name === 'RUNNING') {
        if (Date.now() > giveUpAt) throw new Error(`the guard is still there: ${latest === null ? await look() : await whereItStands(temporal, latest, look)}`);
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
