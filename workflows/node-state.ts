/** The state of one node's update: everything that its steps share, and what progress and report are made from. */
import { CancellationScope, setCurrentDetails, setHandler } from '@temporalio/workflow';
import { CauError, type Failure } from '../domain/errors.js';
import { durationMs } from '../domain/duration.js';
import type { HookRecord } from '../domain/hooks.js';
import type { NodeOrder } from '../domain/node-order.js';
import type { NodeOutcome } from '../domain/outcomes.js';
import { fitNodeReport } from '../domain/node-report-size.js';
import { fitText } from '../domain/payload-size.js';
import type { Baseline, RolePlacement } from '../domain/placement.js';
import type { InstallResult } from '../domain/ports/update-plugin.js';
import type { NodeProgress, NodeStep } from '../domain/progress.js';
import type { FailedAttempt, NodeReport, ObservedMove, StepRecord } from '../domain/report.js';
import { endsRun } from '../domain/retries.js';
import type { Update } from '../domain/updates.js';
import { renderWait } from '../domain/waits.js';
import { nodeProgressQuery } from './messages.js';
import { Waits } from './waiting.js';
import { Witnesses } from './witnesses.js';

const leastPatienceMs = 120_000;

export class NodeState {
  /** What the node waits for. */
  readonly waits = new Waits(() => this.show());
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
  /** The cluster stack of the node was told to stop by this run and not started since. */
  isStackStopped = false;
  /** It is held and serves meanwhile: its roles were not moved away. */
  isServing = false;
  /** Roles that may be down while the node is away, by `allowOutage` or `forceDrain`. */
  outages: readonly string[] = [];
  /** Its peers saw it leave in order after that. */
  hasLeft = false;
  /** The node restarted and its return was not yet waited for. */
  isRejoining = false;
  passes = 0;
  /** How often a step of this node was tried again. */
  retries = 0;
  /** The restart that was asked for and whose end was not seen yet: on which boot, and why. */
  restartAsked: { readonly bootId: string; readonly reasons: readonly string[] } | null = null;
  /** Why no other node may be begun after this one. */
  endsRun: string | null = null;
  /** How many passes there were when the node restarted last; null before any restart. */
  restartedAfterPass: number | null = null;
  restartPending: readonly string[] = [];
  kept: string | null = null;
  readonly installed: Update[] = [];
  /** Updates whose installation had no end: the next scan tells which of them are there all the same. */
  interrupted: Update[] = [];
  /** What an earlier installation had left half done. */
  readonly repaired: string[] = [];
  readonly restarts: NodeReport['restarts'] = [];
  readonly moves: ObservedMove[] = [];
  readonly notes: string[] = [];
  readonly hooks: HookRecord[] = [];
  /** What follows its return was begun: the script after it, and gates. */
  isReturned = false;
  /** Failed actions that do not count, by id: what `forceDrain` let go on without. */
  forgiven: readonly string[] = [];
  /** Told when the node is asked to end after its step, where a step can be left at once. */
  onStop: (() => void) | null = null;
  private readonly seen = new Set<string>();
  private readonly attempts: FailedAttempt[] = [];
  private results: NodeReport['updates'] = [];
  private readonly steps: StepRecord[] = [];
  private step: NodeStep = 'preparing';
  private stepAt = new Date();
  private detail = '';
  private outcome: NodeOutcome | null = null;
  private stopReason: string | null = null;

  constructor(readonly order: NodeOrder) {
    // A node that waits for quorum in maintenance mode is let back as soon as there is one.
    this.witnesses = new Witnesses(order.cluster, order.members, this.waits, Math.max(leastPatienceMs, durationMs(order.options.quorumWait)));
    setHandler(nodeProgressQuery, () => this.progress(), { description: 'The step this node is in, and since when.' });
    // Canceled by its run, by the end of its run, or by hand: always "end in order after this step", never a kill.
    CancellationScope.current().cancelRequested.catch(() => {
      this.stopReason = 'The run asked this node to end after its step.';
      this.onStop?.();
    });
    this.show();
  }

  /** Whether the node is in maintenance mode by this run, as far as it knows. */
  get hold(): 'none' | 'held' | 'released' {
    if (this.heldAt === null) return 'none';
    return this.releasedAt === null ? 'held' : 'released';
  }

  /** How the node ends if nothing goes wrong any more. */
  get successOutcome(): 'Succeeded' | 'UpToDate' {
    return this.installed.length > 0 || this.repaired.length > 0 || this.restarts.length > 0 ? 'Succeeded' : 'UpToDate';
  }

  /** Every node that the cluster had while this one was worked on. */
  get members(): readonly string[] {
    return [...this.seen];
  }

  /** Keeps which nodes there are: one may join at any time. */
  seeMembers(names: readonly string[]): void {
    for (const name of names) this.seen.add(name);
  }

  /** Whether this node was asked to end after its step. */
  get isStopAsked(): boolean {
    return this.stopReason !== null;
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

  /** Keeps a failure and the step in which it happened. */
  recordFailure(failure: Failure): void {
    this.attempts.push({ step: this.step, at: new Date().toISOString(), code: failure.code, message: failure.message });
    if (endsRun(failure)) this.endsRun ??= `${failure.code} on ${this.order.node}: ${failure.message}`;
  }

  /** Of what was interrupted, that is installed which is not offered any more: before the power went, or by the repair. */
  recordInterrupted(offered: readonly Update[]): void {
    const done = this.interrupted.filter((update) => !offered.some((one) => one.name === update.name) && !this.installed.includes(update));
    this.interrupted = [];
    this.installed.push(...done);
    this.results.push(...done.map(({ name, from, to }) => ({ name, from, to, outcome: 'succeeded', message: 'its installation was interrupted' })));
  }

  /** Keeps what an installation came to, update by update; of an update that is tried again, what came of it last. */
  record(updates: readonly Update[], result: InstallResult): void {
    this.results = this.results.filter((was) => was.outcome !== 'failed' || !result.updates.some((one) => one.name === was.name));
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
      attempts: this.attempts,
      updates: this.results,
      updatesCut: 0,
      installed: this.results.filter((one) => one.outcome === 'succeeded').length,
      failed: this.results.filter((one) => one.outcome === 'failed').length,
      restarts: this.restarts,
      restartPending: [...this.restartPending],
      notes: this.notes,
      moves: this.moves,
      steps: this.steps,
      ...(this.hooks.length === 0 ? {} : { hooks: this.hooks }),
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
      wait: this.waits.current,
      outcome: this.outcome,
      action: 'update',
      updates: this.order.updates.length,
    };
  }

  private show(): void {
    setCurrentDetails(
      [
        `**${this.order.node}** of cluster **${this.order.cluster}**: **${this.step}** ${this.detail}`,
        ...(this.waits.current === null ? [] : ['', `Waiting: ${renderWait(this.waits.current)}`]),
        '',
        ...this.steps.map((step) => `- ${step.step}: ${(step.ms / 1000).toFixed(1)} s`),
      ].join('\n'),
    );
  }
}
