/**
 * Ends what a run that is over left on this very node: its stack is started again where the run had stopped it, then the hold
 * ends. Like the end of an update, it keeps a node on which that would do harm. Only exactly that run's record is touched.
 */
import { failureOf } from '../domain/errors.js';
import { isSameRun, type RunReference } from '../domain/names.js';
import type { NodeReleaseAnswer } from '../domain/ports/activities.js';
import type { ClusterDriver } from '../domain/ports/cluster-driver.js';
import type { NodeHost } from '../domain/ports/node-host.js';
import { holdOf, isKept, reasonToKeep } from '../domain/release.js';
import type { Occupation } from './occupation.js';
import { withReleased, type ReleaseMemoryFile } from './release-memory.js';

export interface NodeReleaseDependencies {
  readonly own: { readonly cluster: string; readonly node: string };
  readonly driver: ClusterDriver;
  readonly host: NodeHost;
  readonly memory: ReleaseMemoryFile;
  readonly occupation: Occupation;
  /** One structured line for each thing that was done. */
  record(event: Readonly<Record<string, unknown>>): void;
}

export interface NodeRelease {
  /**
   * Ends what the run has on this node, or says why not now. `evenKept`: a person says that a node that was kept is well again.
   * Asked again and again it goes on where it was: a stack that was started is waited for from outside.
   */
  end(run: RunReference, why: string, evenKept: boolean): Promise<NodeReleaseAnswer>;
}

export function createNodeRelease(deps: NodeReleaseDependencies): NodeRelease {
  const { own, driver, memory, occupation, record } = deps;
  return {
    async end(run, why, evenKept) {
      try {
        const answer = await occupation.whileIdle(() => endHere(run, why, evenKept));
        return 'done' in answer ? answer.done : { kind: 'waiting', because: `${own.node} is busy with ${answer.busyWith}` };
      } catch (error) {
        return { kind: 'waiting', because: failureOf(error).message };
      }
    },
  };

  async function endHere(run: RunReference, why: string, evenKept: boolean): Promise<NodeReleaseAnswer> {
    const strays = evenKept ? [] : await driver.findStrayResources();
    const start = await startStack(deps, run, why, strays);
    if (start !== null) return start;
    const { sight } = await driver.look();
    if (!sight.witness.quorate) return { kind: 'waiting', because: `${own.node} has no quorum` };
    const hold = holdOf(sight, own.node);
    if (hold === null || !isSameRun(hold.run, run)) return { kind: 'nothing', because: `run ${run.workflowId} does not hold ${own.node}` };
    if (isKept(hold) && !evenKept) return { kind: 'kept', because: hold.kept ?? '' };
    // Where an operator has lifted the standby already, there is nothing to be kept in.
    const reason = evenKept || !hold.intact ? null : reasonToKeep(sight, own.node, strays);
    if (reason !== null) {
      await driver.keep(own.node, run, reason);
      record({ event: 'node kept', ...own, run, why, because: reason });
      return { kind: 'kept', because: reason };
    }
    // Before the release: a step that the run had on its way to this node is refused from now on.
    await memory.change((now) => withReleased(now, run));
    const released = await driver.release(own.node, run);
    if (released === 'released') record({ event: 'node released', ...own, run, why });
    return { kind: released === 'released' ? 'released' : 'nothing', because: why };
  }
}

/** Null when there is no stack to start. One that somebody else stopped is his. */
async function startStack(
  { own, driver, host, memory, record }: NodeReleaseDependencies,
  run: RunReference,
  why: string,
  strays: readonly string[],
): Promise<NodeReleaseAnswer | null> {
  const { stackStopped } = await memory.read();
  if (stackStopped === null || !isSameRun(stackStopped.run, run)) return null;
  const isDown = stackStopped.bootId === (await host.bootId()) && !(await driver.stackState()).running;
  if (isDown && strays.length > 0)
    return {
      kind: 'waiting',
      because: `${strays.join(', ')} runs on ${own.node} although its cluster stack is stopped; the cluster would recover it elsewhere`,
    };
  if (isDown) {
    await driver.startStack();
    record({ event: 'cluster stack started', ...own, run, why });
  }
  await memory.change((now) => ({ ...now, stackStopped: null }));
  return isDown ? { kind: 'waiting', because: `${own.node} becomes a member of the cluster again` } : null;
}
