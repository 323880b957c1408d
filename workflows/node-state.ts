/** The state of one node's update: everything that its steps share, and what progress and report are made from. */
import { CancellationScope, setCurrentDetails, setHandler } from '@temporalio/workflow';
import { CauError, type Failure } from '../domain/errors.js';
import type { NodeOrder } from '../domain/node-order.js';
import type { NodeOutcome } from '../domain/outcomes.js';
import { fitNodeReport } from '../domain/node-report-size.js';
import { fitText } from '../domain/payload-size.js';
import type { Baseline, RolePlacement } from '../domain/placement.js';
import type { InstallResult } from '../domain/ports/update-plugin.js';
import type { NodeProgress, NodeStep } from '../domain/progress.js';
import type { NodeReport, ObservedMove, StepRecord } from '../domain/report.js';
import type { Update } from '../domain/updates.js';
import { nodeProgressQuery } from './messages.js';
import { Witnesses } from './witnesses.js';

export class NodeState {
  readonly witnesses: Witnesses;
  readonly startedAt = new Date();
  bootId = '';
  canStopStack = false;
  /** Whether a stall of the node would get it fenced. */
  isFencingOn = true;
  baseline: Baseline = { roles: [], scores: [], failedActions: [] };
  placement: readonly RolePlacement[] = [];
  /** When the hold was set; null before. */
  heldAt: Date | null = null;
  releasedAt: Date | null = null;
  /** The cluster stack of the node was stopped by this run and not started since. */
  isStackStopped = false;
  /** The node restarted and its return was not yet waited for. */
  isRejoining = false;
  passes = 0;
  /** How many passes there were when the node restarted last; null before any restart. */
  restartedAfterPass: number | null = null;
  restartPending: readonly string[] = [];
  kept: string | null = null;
  readonly installed: Update[] = [];
  /** What an earlier installation had left half done. */
  readonly repaired: string[] = [];
  readonly restarts: NodeReport['restarts'] = [];
  readonly moves: ObservedMove[] = [];
  readonly notes: string[] = [];
  private readonly results: NodeReport['updates'] = [];
  private readonly steps: StepRecord[] = [];
  private step: NodeStep = 'preparing';
  private stepAt = new Date();
  private detail = '';
  private outcome: NodeOutcome | null = null;
  private stopReason: string | null = null;

  constructor(readonly order: NodeOrder) {
    this.witnesses = new Witnesses(order.cluster, order.members);
    setHandler(nodeProgressQuery, () => this.progress(), { description: 'The step this node is in, and since when.' });
    // Canceled by its run, by the end of its run, or by hand: always "end in order after this step", never a kill.
    CancellationScope.current().cancelRequested.catch(() => {
      this.stopReason = 'The run asked this node to end after its step.';
    });
    this.show();
  }

  /** Goes on to a step; what it does or waits for is shown until the next. */
  enter(step: NodeStep, detail = ''): void {
    if (step === this.step) return this.say(detail);
    this.closeStep();
    this.step = step;
    this.stepAt = new Date();
    this.say(detail);
  }

  /** What the present step does or waits for right now. */
  say(detail: string): void {
    this.detail = detail;
    this.show();
  }

  /** @throws CauError `Stopped` when this node was asked to end; called only where ending is safe. */
  stopHere(): void {
    if (this.stopReason !== null) throw new CauError('Stopped', this.stopReason, { where: this.order.node });
  }

  /** Keeps what an installation came to, update by update. */
  record(updates: readonly Update[], result: InstallResult): void {
    for (const one of result.updates) {
      const update = updates.find((candidate) => candidate.name === one.name);
      this.results.push({
        name: one.name,
        from: update?.from ?? null,
        to: one.version,
        outcome: one.outcome,
        ...(one.message === undefined ? {} : { message: fitText(one.message, 400, 'end') }),
      });
      if (update !== undefined && (one.outcome === 'succeeded' || one.outcome === 'alreadyInstalled')) this.installed.push(update);
    }
    if (result.newConfigurationFiles.length > 0)
      this.notes.push(`New configuration files beside changed ones: ${result.newConfigurationFiles.slice(0, 5).join(', ')}`);
  }

  /** The report of the node, within its budget of 8 KiB. */
  report(outcome: NodeOutcome, failure: Failure | null, reason: string | null = null): NodeReport {
    this.outcome = outcome;
    this.enter('done');
    const now = new Date();
    return fitNodeReport({
      node: this.order.node,
      outcome,
      failure,
      reason,
      kept: this.kept,
      startedAt: this.startedAt.toISOString(),
      endedAt: now.toISOString(),
      inMaintenanceMs: this.heldAt === null ? null : (this.releasedAt ?? now).getTime() - this.heldAt.getTime(),
      passes: this.passes,
      updates: this.results,
      updatesCut: 0,
      installed: this.results.filter((one) => one.outcome === 'succeeded').length,
      failed: this.results.filter((one) => one.outcome === 'failed').length,
      restarts: this.restarts,
      restartPending: [...this.restartPending],
      notes: this.notes,
      moves: this.moves,
      steps: this.steps,
    });
  }

  private closeStep(): void {
    this.steps.push({ step: this.step, at: this.stepAt.toISOString(), ms: Date.now() - this.stepAt.getTime() });
  }

  private progress(): NodeProgress {
    return {
      node: this.order.node,
      step: this.step,
      since: this.stepAt.toISOString(),
      startedAt: this.startedAt.toISOString(),
      detail: this.detail,
      outcome: this.outcome,
      action: 'update',
      updates: this.order.updates.length,
    };
  }

  private show(): void {
    setCurrentDetails(
      [
        `**${this.order.node}** of cluster **${this.order.cluster}**: **${this.step}** ${this.detail}`,
        '',
        ...this.steps.map((step) => `- ${step.step}: ${(step.ms / 1000).toFixed(1)} s`),
      ].join('\n'),
    );
  }
}
