/**
 * Asking the cluster: a question goes to the own queue of a chosen member other than the node at work; when that
 * member does not answer, or has no quorum, the next one is asked. A shared queue would lose seconds per dead node.
 */
import type { ClusterDescription } from '../domain/cluster.js';
import { createFailure, errorCatalogue, type Failure } from '../domain/errors.js';
import type { RunReference } from '../domain/names.js';
import { pauseMs } from '../domain/patience.js';
import type { Baseline } from '../domain/placement.js';
import type { ClusterActivities, NodeActivities, WatchAnswer } from '../domain/ports/activities.js';
import type { z } from 'zod';
import type { nodeInputs } from '../domain/ports/activities.js';
import { fail, failureFrom } from './failures.js';
import { detailsBoard, waiting, type WaitBoard } from './waiting.js';
import { question } from './workers.js';

const questionMs = 3000;
const watchMs = { first: 10_000, most: 60_000 };
/** How long a member may think through what the cluster would do: a simulation for each step of each node. */
export const thinkingMs = 60_000;
const roundPauseMs = 500;

export interface Question<T> {
  readonly summary: string;
  /** The node at work, which is not asked about itself unless nobody else is there. */
  readonly not: string | null;
  readonly timeoutMs?: number;
  /** How long to go round the members before giving up. */
  readonly patienceMs?: number;
  ask(activities: ClusterActivities & Pick<NodeActivities, 'recallNodeTimes' | 'watchGate'>, target: { cluster: string; node: string }): Promise<T>;
}

export type Condition = z.infer<typeof nodeInputs.watch>['condition'];

/** The members of a cluster as witnesses. Each question starts with another member than the one before. */
export class Witnesses {
  private turn = 0;

  constructor(
    readonly cluster: string,
    readonly members: readonly string[],
    /** Where it shows that it waits for a member that can answer. */
    readonly board: WaitBoard = detailsBoard(),
    /** How long to go round the members before giving up, where a question says nothing else. */
    private readonly usualPatienceMs = 120_000,
  ) {}

  /**
   * The first answer of a member that can speak for the cluster.
   * @throws CauError the last failure, when it is final or patience is over
   */
  async ask<T>(asked: Question<T>): Promise<T> {
    const giveUpAt = Date.now() + (asked.patienceMs ?? this.usualPatienceMs);
    const first = await this.askRound(asked);
    if ('answer' in first) return first.answer;
    if (Date.now() >= giveUpAt) fail(first.last);
    return waiting(this.board, 'member', { cluster: this.cluster, why: first.last.message }, giveUpAt - Date.now(), async (wait) => {
      for (;;) {
        await wait.sleep(roundPauseMs, 'no member could answer; ask again');
        const round = await this.askRound(asked);
        if ('answer' in round) return round.answer;
        if (wait.leftMs() === 0) fail(round.last);
      }
    });
  }

  /** The cluster as a member with quorum sees it. */
  describe(not: string | null, summary = 'describe the cluster'): Promise<ClusterDescription> {
    return this.ask({ summary, not, ask: (activities, target) => activities.describeCluster(target) });
  }

  /**
   * Watches until the condition is met or impossible, at most `timeoutMs`; then the last answer, still waiting.
   * @param onWaiting told the reasons each time a watch ends without an answer
   */
  async watch(watch: Watch, onWaiting: (reasons: readonly string[]) => void): Promise<WatchAnswer> {
    const startedAt = Date.now();
    const until = startedAt + watch.timeoutMs;
    for (;;) {
      const forMs = Math.min(pauseMs(Date.now() - startedAt, watchMs), Math.max(0, until - Date.now()));
      const answer = await this.ask({
        summary: watch.summary,
        not: watch.node,
        timeoutMs: Math.max(forMs, watchMs.first) + questionMs,
        ...(watch.patienceMs === undefined ? {} : { patienceMs: watch.patienceMs }),
        ask: (activities, target) => activities.watchCluster({ ...target, ...watchInput(watch, forMs) }),
      });
      if (answer.verdict.state !== 'waiting' || Date.now() >= until) return answer;
      onWaiting(answer.verdict.reasons);
    }
  }

  /** Asks each member once, in turn. @throws CauError a failure that is final */
  private async askRound<T>({ summary, not, ask, timeoutMs = questionMs }: Question<T>): Promise<{ readonly answer: T } | { readonly last: Failure }> {
    let last: Failure = createFailure('NodeUnreachable', `No member of ${this.cluster} could be asked.`);
    for (const node of this.inTurn(not)) {
      try {
        return { answer: await ask(question(this.cluster, node, timeoutMs, `${summary} (asking ${node})`), { cluster: this.cluster, node }) };
      } catch (error) {
        last = failureFrom(error);
        if (!errorCatalogue[last.code].retryable) fail(last);
      }
    }
    return { last };
  }

  private inTurn(not: string | null): readonly string[] {
    const others = this.members.filter((member) => member !== not);
    if (others.length === 0) return this.members;
    const start = this.turn++ % others.length;
    return [...others.slice(start), ...others.slice(0, start)];
  }
}

export interface Watch {
  readonly condition: Condition;
  readonly node: string;
  readonly run: RunReference;
  readonly baseline?: Baseline;
  readonly timeoutMs: number;
  /** How long to go round the members until one can answer. */
  readonly patienceMs?: number;
  readonly summary: string;
}

/** The input of `watchCluster` but for its target. */
export function watchInput(watch: Watch, patienceMs: number) {
  return {
    condition: watch.condition,
    watched: watch.node,
    run: watch.run,
    patienceMs: Math.round(patienceMs),
    ...(watch.baseline === undefined ? {} : { baseline: JSON.parse(JSON.stringify(watch.baseline)) }),
  };
}
