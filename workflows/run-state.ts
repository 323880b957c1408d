/** The state of an Updating Run: what its phases share, what people may ask it to do, and how it shows itself. */
import { CancellationScope, setCurrentDetails, setHandler, upsertMemo, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { ApprovalDue } from '../domain/approval.js';
import type { ClusterDescription } from '../domain/cluster.js';
import type { CommandAnswer } from '../domain/commands.js';
import type { Failure } from '../domain/errors.js';
import type { NodeTime } from '../domain/expected-node-time.js';
import type { SettledWindow } from '../domain/maintenance-window.js';
import type { RunReference } from '../domain/names.js';
import type { TargetNews } from '../domain/notification.js';
import type { EffectiveOptions } from '../domain/options.js';
import { isFailure, type NodeOutcome, type RunOutcome } from '../domain/outcomes.js';
import { placementOf, type RolePlacement } from '../domain/placement.js';
import type { Plan } from '../domain/plan.js';
import type { PredictedNodeMoves } from '../domain/ports/cluster-driver.js';
import type { Measurement } from '../domain/probes.js';
import type { ProfileRecord } from '../domain/profiles.js';
import type { NodeProgress, Progress, RunPhase } from '../domain/progress.js';
import type { Finding, NodeReport, ObservedMove } from '../domain/report.js';
import type { RunRequest } from '../domain/requests.js';
import { whilePaused } from '../domain/waits.js';
import type { HeldBack } from '../domain/waves.js';
import { readScheduledStart } from './schedule-attributes.js';
import { clusterKey, planQuery, progressQuery } from './messages.js';
import { renderRunDetails } from './run-details.js';
import { Waits } from './waiting.js';
import { Witnesses } from './witnesses.js';

const phaseKey = defineSearchAttributeKey('CauPhase', SearchAttributeType.KEYWORD);
const failedNodesKey = defineSearchAttributeKey('CauFailedNodes', SearchAttributeType.INT);

const maxAnswers = 100;

export class RunState {
  readonly run: RunReference;
  readonly startedAt = new Date();
  /** The schedule that started the run; null when it was started otherwise. */
  readonly scheduled = readScheduledStart();
  options: EffectiveOptions;
  profile?: ProfileRecord;
  witnesses: Witnesses;
  driver = '';
  software: readonly string[] = [];
  plan: Plan | null = null;
  /** The moves of roles that the plan would cause; empty until they are predicted. */
  predictedMoves: readonly PredictedNodeMoves[] = [];
  findings: Finding[] = [];
  /** What was heard last of each target that is told of this run. */
  readonly targetNews = new Map<string, TargetNews>();
  readonly reports: NodeReport[] = [];
  readonly measurements: Measurement[] = [];
  readonly answers: CommandAnswer[] = [];
  /** The nodes that are left out by command, and by whose. */
  readonly skipped = new Map<string, string>();
  /** The nodes that the cluster had when the run began, and every one that was seen since. */
  knownNodes: readonly string[] = [];
  readonly seenNodes = new Set<string>();
  /** The failed actions that the cluster had when the run began, by id. */
  failedBefore: readonly string[] = [];
  /** Why the nodes did not end with the same versions, where they were to. */
  uneven: readonly string[] = [];
  /** Why no further node is begun; the first reason stays. */
  stop: { readonly reason: string; readonly after: 'node' | 'step' } | null = null;
  /** When nodes may be begun; null: always. */
  window: SettledWindow | null = null;
  /** How long nodes took in earlier runs, where that is asked for. */
  nodeTimes: readonly NodeTime[] = [];
  /** Why nodes are not begun beside those at work, where there would be room for one more. */
  private heldBack: readonly HeldBack[] = [];
  /** What waits for an approval right now. */
  approvalDue: ApprovalDue | null = null;
  /** The keys of what was approved. */
  readonly granted = new Set<string>();
  paused: { readonly by: string; readonly reason: string; readonly at: Date } | null = null;
  outcome: RunOutcome | null = null;
  failure: Failure | null = null;
  /** Roles were to be taken home at the end, and one of them serves nowhere now. */
  lostAtEnd: Failure | null = null;
  /** Ends the nodes at work after their step. */
  readonly onStopStep = new Set<() => void>();
  /** What the run waits for. */
  readonly waits = new Waits(() => this.changed());
  private readonly answered = new Set<string>();
  private version = 0;
  private phase: RunPhase = 'starting';
  private phaseAt = new Date();
  private begun: NodeProgress[] = [];
  private placement: readonly RolePlacement[] = [];
  /** Where roles were when the run began. */
  firstPlacement: readonly RolePlacement[] = [];
  /** Roles that were taken home at the end. */
  readonly failback: ObservedMove[] = [];

  constructor(
    readonly request: RunRequest,
    options: EffectiveOptions,
  ) {
    const info = workflowInfo();
    this.run = { workflowId: info.workflowId, firstExecutionRunId: info.firstExecutionRunId };
    this.options = options;
    this.witnesses = new Witnesses(request.cluster, [], this.waits);
    setHandler(progressQuery, () => this.progress(), { description: 'Where the run and its nodes stand.' });
    setHandler(planQuery, () => this.plan, { description: 'The plan, once there is one.' });
    // "temporal workflow cancel" means: stop after the step.
    CancellationScope.current().cancelRequested.catch(() => this.requestStop('canceled through Temporal', 'step'));
    upsertSearchAttributes([
      { key: clusterKey, value: request.cluster },
      { key: phaseKey, value: this.phase },
    ]);
    this.changed();
  }

  /** Goes on to a phase, which is shown and searchable. */
  enter(phase: RunPhase): void {
    if (phase === this.phase) return;
    this.phase = phase;
    this.phaseAt = new Date();
    upsertSearchAttributes([{ key: phaseKey, value: phase }]);
    if (this.plan !== null) this.remember();
    this.changed();
  }

  see(cluster: ClusterDescription): void {
    this.driver = cluster.driver;
    this.software = cluster.software;
    this.failedBefore = cluster.failedActions.map(({ id }) => id);
    this.knownNodes = cluster.nodes.map((node) => node.name);
    this.firstPlacement = placementOf(cluster);
    this.seePlacement(this.firstPlacement);
  }

  seePlacement(placement: readonly RolePlacement[]): void {
    this.placement = placement;
    this.changed();
  }

  begin(node: string, updates: number): void {
    const now = new Date().toISOString();
    this.begun.push({ node, step: 'preparing', since: now, startedAt: now, detail: '', wait: null, outcome: null, action: 'update', updates });
    this.remember();
    this.changed();
  }

  /** Shows why nodes have to wait until another one is done. */
  holdBack(nodes: readonly HeldBack[]): void {
    this.heldBack = nodes;
    this.changed();
  }

  /** How many nodes were begun so far. */
  get begunNodes(): number {
    return this.begun.length;
  }

  /** Whether the node is at work or done. */
  isBegun(node: string): boolean {
    return this.begun.some((progress) => progress.node === node);
  }

  /** The nodes that were begun and are not done. */
  atWork(): { readonly node: string; readonly startedAt: string }[] {
    return this.begun.flatMap(({ node, startedAt }) =>
      startedAt === null || this.reports.some((report) => report.node === node) ? [] : [{ node, startedAt }],
    );
  }

  finish(report: NodeReport): void {
    this.reports.push(report);
    if (isFailure(report.outcome)) upsertSearchAttributes([{ key: failedNodesKey, value: this.failed() }]);
    this.changed();
  }

  /** Keeps the answer to a command; of too many, refusals are forgotten first, so that nobody's flood keeps another from stopping the run. */
  answer(answer: CommandAnswer): void {
    this.answered.add(answer.requestId);
    this.answers.push(answer);
    if (this.answers.length > maxAnswers) {
      const refused = this.answers.findIndex(({ accepted }) => !accepted);
      this.answers.splice(Math.max(0, refused), 1);
    }
    this.changed();
  }

  isAnswered(requestId: string): boolean {
    return this.answered.has(requestId);
  }

  /** Something that people should know; it changes nothing. */
  warn(id: string, message: string, remedy: string): void {
    this.findings = [...this.findings, { id, severity: 'warning', message, remedy, skipped: false }];
    this.changed();
  }

  /** No further node is begun; with `step`, those at work end after their step. */
  requestStop(reason: string, after: 'node' | 'step'): void {
    this.paused = null;
    if (this.stop === null || (this.stop.after === 'node' && after === 'step')) this.stop = { reason: this.stop?.reason ?? reason, after };
    if (after === 'step') for (const stopStep of this.onStopStep) stopStep();
    this.changed();
  }

  outcomes(): NodeOutcome[] {
    return this.reports.map((report) => report.outcome);
  }

  /** Ends the story: the outcome is shown and searchable. */
  end(outcome: RunOutcome): void {
    this.outcome = outcome;
    this.enter('done');
    this.changed();
  }

  private failed(): number {
    return this.outcomes().filter(isFailure).length;
  }

  private progress(): Progress {
    const { run, phase, outcome, failure } = this;
    return {
      version: this.version,
      cluster: this.request.cluster,
      run,
      phase,
      since: this.phaseAt.toISOString(),
      startedAt: this.startedAt.toISOString(),
      wait: this.waits.current === null || this.paused === null ? this.waits.current : whilePaused(this.waits.current, this.paused),
      outcome,
      failure,
      nodes: this.nodes(),
      roles: this.placement.map((role) => ({
        role: role.role,
        kind: role.kind,
        on: [...(role.kind === 'promotable' ? role.promoted : role.on)],
        moves: this.movesOf(role.role),
      })),
      commands: this.answers,
    };
  }

  /** In the order of the plan; before there is one, as far as they are known. */
  private nodes(): NodeProgress[] {
    const names = this.plan?.nodes.map((node) => node.node) ?? this.witnesses.members;
    return names.map((node) => {
      const begun = this.begun.find((progress) => progress.node === node);
      const report = this.reports.find((candidate) => candidate.node === node);
      const planned = this.plan?.nodes.find((candidate) => candidate.node === node);
      const leftOut = begun === undefined ? this.skipped.get(node) : undefined;
      const heldBack = begun === undefined ? this.heldBack.find((candidate) => candidate.node === node) : undefined;
      return {
        node,
        step: report === undefined ? (begun?.step ?? null) : 'done',
        since: report?.endedAt ?? begun?.since ?? null,
        startedAt: begun?.startedAt ?? null,
        detail: report?.reason ?? leftOut ?? (heldBack === undefined ? (planned?.reason ?? '') : `not yet: ${heldBack.reason}`),
        wait: null,
        outcome: report?.outcome ?? null,
        action: leftOut === undefined ? (planned?.action ?? null) : 'skip',
        updates: planned?.updates ?? null,
      };
    });
  }

  /** The roles that were seen last, with their kinds. */
  roles(): readonly RolePlacement[] {
    return this.placement;
  }

  /** How often the role moved in this run. */
  movesOf(role: string): number {
    return [...this.reports.flatMap((report) => report.moves), ...this.failback].filter((move) => move.role === role).length;
  }

  /** Keeps where each node stands in the memo, for whoever asks Temporal while no coordinator answers queries. */
  private remember(): void {
    upsertMemo({ nodes: Object.fromEntries(this.nodes().map(({ node, step, outcome }) => [node, outcome ?? (step === null ? 'waiting' : 'at work')])) });
  }

  private changed(): void {
    this.version += 1;
    setCurrentDetails(renderRunDetails(this.progress(), this.plan, this.findings));
  }
}
