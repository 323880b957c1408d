/**
 * The node's own watch over what runs hold: also when coordinators, Temporal, its data and the run itself are gone, nobody stays
 * drained. It ends a hold of its own node and, once a run holds nothing any more, the run's lease.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterSight } from '../domain/cluster.js';
import { failureOf } from '../domain/errors.js';
import { isSameRun, type RunReference } from '../domain/names.js';
import type { ReleaseOutlook } from '../domain/ports/activities.js';
import type { ClusterDriver } from '../domain/ports/cluster-driver.js';
import type { NodeHost } from '../domain/ports/node-host.js';
import { countDoubt, decideHoldRelease, decideLeaseRelease, holdOf, isKept, type Doubt, type ReleaseDecision, type RunKnowledge } from '../domain/release.js';
import type { NodeRelease } from '../host/node-release.js';
import type { Occupation } from '../host/occupation.js';
import type { ReleaseMemoryFile } from '../host/release-memory.js';

export interface ReleaseWatchDependencies {
  readonly own: { readonly cluster: string; readonly node: string };
  readonly driver: ClusterDriver;
  readonly host: NodeHost;
  readonly memory: ReleaseMemoryFile;
  readonly occupation: Occupation;
  readonly release: NodeRelease;
  know(run: RunReference): Promise<RunKnowledge>;
  record(event: Readonly<Record<string, unknown>>): void;
  /** Told of every sight of the cluster that counts. */
  see(sight: ClusterSight): void;
}

export interface ReleaseWatch {
  /** Watches until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
  /** What the last look came to. */
  outlook(): ReleaseOutlook;
}

/**
 * How often to look. A look of Pacemaker is two of its tools, which is dear on a node that boots or installs: a run that did a
 * step here a moment ago is evidently well, and watched less closely.
 */
const pauseMs = { held: 2000, atWork: 5000, otherwise: 10_000 } as const;

export function createReleaseWatch(deps: ReleaseWatchDependencies): ReleaseWatch {
  const { own, driver, memory, occupation, release, record } = deps;
  let claims: ReleaseOutlook['claims'] = [];
  let said = '';
  return {
    outlook: () => ({ node: own.node, claims }),
    async run(signal) {
      for (let isHeld = true; !signal.aborted;) {
        await delay(pauseBeforeLook(isHeld), undefined, { signal }).catch(() => undefined);
        if (signal.aborted) return;
        isHeld = await look().catch((error: unknown) => {
          say(`the release of holds cannot be watched: ${failureOf(error).message}`);
          return true;
        });
      }
    },
  };

  function pauseBeforeLook(isHeld: boolean): number {
    if (!isHeld) return pauseMs.otherwise;
    return occupation.idleForMs() < pauseMs.atWork ? pauseMs.atWork : pauseMs.held;
  }

  /** One look, and what follows from it. Answers whether this node is held. */
  async function look(): Promise<boolean> {
    const stopped = await stoppedStack();
    if (stopped !== null) {
      const decided = await decide(stopped.run, (knowledge, doubt, now) => decideHoldRelease({ ...stopped, kept: null, intact: true }, knowledge, doubt, now));
      claims = [{ what: 'stack', run: stopped.run, decision: decided }];
      await endHold(stopped.run, decided);
      return true;
    }
    const { sight } = await driver.look();
    // Without quorum nothing can be done, nor is what is seen the truth.
    if (!sight.witness.quorate) return true;
    deps.see(sight);
    const hold = holdOf(sight, own.node);
    const { lease } = sight;
    await forgetDoubts([...(hold === null ? [] : [hold.run]), ...(lease === null ? [] : [lease.run])]);
    const next: ReleaseOutlook['claims'][number][] = [];
    if (hold !== null) {
      const decision = await decide(hold.run, (knowledge, doubt, now) => decideHoldRelease(hold, knowledge, doubt, now));
      next.push({ what: 'hold', run: hold.run, decision });
    }
    if (lease !== null) {
      const decision = await decide(lease.run, (knowledge, doubt, now) => decideLeaseRelease(lease, sight, knowledge, doubt, now));
      next.push({ what: 'lease', run: lease.run, decision });
    }
    claims = next;
    for (const { what, run, decision } of next) await (what === 'hold' ? endHold(run, decision) : dropLease(run, decision, sight));
    return hold !== null && !isKept(hold);
  }

  async function stoppedStack() {
    const { stackStopped } = await memory.read();
    if (stackStopped === null || stackStopped.bootId !== (await deps.host.bootId()) || (await driver.stackState()).running) return null;
    return stackStopped;
  }

  async function decide(run: RunReference, by: (knowledge: RunKnowledge, doubt: Doubt | null, now: Date) => ReleaseDecision): Promise<ReleaseDecision> {
    const knowledge = await deps.know(run);
    const now = new Date();
    let doubt: Doubt | null = null;
    await memory.change((before) => {
      doubt = countDoubt(before.doubts.find((one) => isSameRun(one.run, run)) ?? null, run, knowledge, now);
      const others = before.doubts.filter((one) => !isSameRun(one.run, run));
      return { ...before, doubts: doubt === null ? others : [...others, doubt] };
    });
    return by(knowledge, doubt, now);
  }

  async function endHold(run: RunReference, decision: ReleaseDecision): Promise<void> {
    if (decision.act === 'wait') return say(`${own.node} releases itself at ${decision.until}: ${decision.because}`);
    if (decision.act !== 'release') return;
    const answer = await release.end(run, decision.because, false);
    if (answer.kind === 'waiting') say(`${own.node} is to release itself (${decision.because}), not yet: ${answer.because}`);
  }

  async function dropLease(run: RunReference, decision: ReleaseDecision, sight: ClusterSight): Promise<void> {
    if (decision.act !== 'release') return;
    await driver.dropLease(run);
    record({ event: 'lease dropped', cluster: sight.cluster, by: own.node, run, why: decision.because });
  }

  /** Doubts about runs that have nothing here any more. */
  async function forgetDoubts(claimed: readonly RunReference[]): Promise<void> {
    await memory.change((now) => ({ ...now, doubts: now.doubts.filter((doubt) => claimed.some((run) => isSameRun(run, doubt.run))) }));
  }

  /** Waiting is said once, not at each look. */
  function say(message: string): void {
    const subject = message.replaceAll(/\d/g, '');
    if (subject === said) return;
    said = subject;
    record({ event: 'release awaited', ...own, message });
  }
}
