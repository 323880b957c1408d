/** `kill -9` of what leads the work, at each boundary: what is left, and what it takes until all is done. */
import { untilWorkersPoll } from '../../../client/pollers.js';
import { statusOf } from '../../../client/progress.js';
import { awaitReport, startRun } from '../../../client/runs.js';
import type { TemporalClient } from '../../../client/connection.js';
import { nodeWorkflowId } from '../../../domain/names.js';
import { slowFile, usualOffers, type Offer } from '../../lab/repository.js';
import type { Lab } from '../../lab/lab.js';
import { createControlNode } from '../ansible/playbook.js';
import type { Endings } from '../../helpers/endings.js';
import { benchPlace, startFreshLab, whileProbed } from '../lab-run.js';
import type { Trial } from '../records.js';
import { coordinatorCount, startBenchTemporal } from '../temporal.js';
import { boundaries, isPlaybookAt, isRunAt, signsOf, type Boundary } from './boundaries.js';
import { lookAtEnd, type NodeEnd } from './node-end.js';
import { lookAtNode, untilStable, type NodeLook } from './node-look.js';
import { untilSo } from './until-so.js';

/** Who is killed: the playbook, the coordinator at work of two, or both coordinators. */
export const victims = ['ansible', 'one coordinator', 'all coordinators'] as const;
export type Victim = (typeof victims)[number];

export interface KillResult {
  readonly victim: Victim;
  readonly boundary: Boundary;
  readonly atKill: NodeLook;
  /** What nobody's hand has touched since: when it changed no more, or, where the work goes on by itself, when it was done. */
  readonly left: NodeLook;
  readonly leftAfterMs: number;
  /** From the playbook's second start, or the coordinators', until all was done; null where nobody had to do anything. */
  readonly rerunMs: number | null;
  /** How the work ended, in the tool's words. */
  readonly outcome: string;
  readonly nodes: readonly NodeEnd[];
  readonly interruptions: readonly number[];
}

type Progress = (line: string) => void;
const victimNode = 'node2';
const offers: readonly Offer[] = [...usualOffers, 'slow1'];
const patienceMs = 240_000;

/** Each on a fresh lab of three nodes. */
export function killTrials(wanted: readonly Victim[], progress: Progress): Trial<KillResult>[] {
  return boundaries.flatMap((boundary) =>
    wanted.map((victim) => ({
      id: `kill/${victim}/${boundary}`,
      measure: (endings: Endings) => (victim === 'ansible' ? killPlaybook(boundary, endings, progress) : killCoordinators(victim, boundary, endings, progress)),
    })),
  );
}

async function killPlaybook(boundary: Boundary, endings: Endings, progress: Progress): Promise<KillResult> {
  const lab = await startFreshLab(endings, { nodes: 3, ssh: true, offers });
  const control = await createControlNode(lab, endings, progress);
  const { result, interruptions } = await whileProbed(lab, endings, async () => {
    const release = await stall(lab, boundary);
    const signs = signsOf(lab, victimNode);
    const playbook = await control.start();
    await untilSo(() => {
      if (!playbook.isRunning()) throw new Error(`the playbook ended too early: ${playbook.output.lines.slice(-20).join('\n')}`);
      return isPlaybookAt(boundary, playbook.output, signs);
    }, patienceMs);
    playbook.kill();
    const atKill = await lookAtNode(lab, victimNode);
    await release();
    const { look: left, afterMs: leftAfterMs } = await untilStable(lab, victimNode);
    const again = await control.start();
    const { exitCode, ms: rerunMs } = await again.ended;
    return { atKill, left, leftAfterMs, rerunMs, outcome: [`exit code ${String(exitCode)}`, ...again.output.failures()].join('; ') };
  });
  return { victim: 'ansible', boundary, ...result, nodes: await lookAtEnd(lab), interruptions };
}

async function killCoordinators(victim: Exclude<Victim, 'ansible'>, boundary: Boundary, endings: Endings, progress: Progress): Promise<KillResult> {
  const { port, temporal, coordinators } = await startBenchTemporal(endings, progress);
  const lab = await startFreshLab(endings, { nodes: 3, temporalPort: port, offers });
  await untilWorkersPoll(temporal, benchPlace.name, lab.nodes);
  const { result, interruptions } = await whileProbed(lab, endings, async () => {
    const release = await stall(lab, boundary);
    const signs = signsOf(lab, victimNode);
    // The same order as the playbook's, so that the second node is the same one.
    const handle = await startRun(temporal, { cluster: benchPlace.name, options: { order: [...lab.nodes] }, requestedBy: 'bench' });
    await untilSo(async () => {
      const status = await statusOf(temporal, handle).catch(() => null);
      const node = status?.kind === 'whole' ? status.progress.nodes.find((one) => one.node === victimNode) : undefined;
      return node !== undefined && isRunAt(boundary, node, signs);
    }, patienceMs);
    const workflow = boundary === 'between nodes' ? handle.workflowId : nodeWorkflowId(benchPlace.name, victimNode);
    await coordinators.kill(victim === 'one coordinator' ? await coordinatorOf(temporal, workflow) : undefined);
    const killedAt = performance.now();
    const atKill = await lookAtNode(lab, victimNode);
    await release();
    if (victim === 'one coordinator') {
      const { outcome } = await awaitReport(handle);
      const leftAfterMs = performance.now() - killedAt;
      return { atKill, left: await lookAtNode(lab, victimNode), leftAfterMs, rerunMs: null, outcome };
    }
    const { look: left, afterMs: leftAfterMs } = await untilStable(lab, victimNode);
    const startedAt = performance.now();
    coordinators.start(coordinatorCount);
    const { outcome } = await awaitReport(handle);
    return { atKill, left, leftAfterMs, rerunMs: performance.now() - startedAt, outcome };
  });
  return { victim, boundary, ...result, nodes: await lookAtEnd(lab), interruptions };
}

/** Holds the installation on the node until released, where it shall be met half-way. */
async function stall(lab: Lab, boundary: Boundary): Promise<() => Promise<unknown>> {
  if (boundary !== 'mid apt') return () => Promise.resolve();
  await lab.exec(victimNode, 'touch', slowFile);
  return () => lab.exec(victimNode, 'rm', '-f', slowFile);
}

/** The process id of the coordinator that worked on that workflow last; the workflow may have been started a moment ago. */
async function coordinatorOf(temporal: TemporalClient, workflowId: string): Promise<number> {
  let pid = Number.NaN;
  await untilSo(async () => {
    const { events } = await temporal.client.workflow.getHandle(workflowId).fetchHistory();
    const identities = (events ?? []).flatMap((event) => event.workflowTaskStartedEventAttributes?.identity ?? []);
    pid = Number(/^\d+/.exec(identities.at(-1) ?? '')?.[0]);
    return !Number.isNaN(pid);
  }, patienceMs);
  return pid;
}
