/** The Pacemaker driver of a lab node, used from outside: its verbs travel as JSON lines to `drive.ts` inside the node. */
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { ClusterSight } from '../../domain/cluster.js';
import { CauError, failureSchema } from '../../domain/errors.js';
import { defaultOptions } from '../../domain/options.js';
import type { ClusterDriver } from '../../domain/ports/cluster-driver.js';

export interface RemoteDriver {
  readonly driver: ClusterDriver;
  /** How long the verb answered last took inside the node, in milliseconds. */
  lastMs(): number;
  /** False when its node went down. */
  isOpen(): boolean;
  close(): void;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** Speaks to a running `drive.ts`; verbs that are still open when it ends fail as `NodeUnreachable`. */
export function createRemoteDriver(child: ChildProcessWithoutNullStreams, node: string): RemoteDriver {
  const waiting = new Map<number, Waiting>();
  let nextId = 1;
  let lastMs = 0;
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => (complaints = `${complaints}${chunk.toString()}`.slice(-2000)));
  child.stdin.on('error', () => undefined);
  createInterface({ input: child.stdout }).on('line', (line) => {
    const answer = JSON.parse(line) as { id: number; value?: unknown; failure?: unknown; ms: number };
    const open = waiting.get(answer.id);
    waiting.delete(answer.id);
    lastMs = answer.ms;
    if (answer.failure === undefined) return open?.resolve(answer.value);
    const { code, message, ...details } = failureSchema.parse(answer.failure);
    open?.reject(
      new CauError(code, message, {
        remedy: details.remedy,
        ...(details.where === undefined ? {} : { where: details.where }),
        ...(details.facts === undefined ? {} : { facts: details.facts }),
      }),
    );
  });
  child.on('close', () => {
    for (const open of waiting.values()) open.reject(new CauError('NodeUnreachable', `The driver inside ${node} ended. ${complaints}`, { where: node }));
    waiting.clear();
  });
  const call = <T>(verb: string, ...args: readonly unknown[]) =>
    new Promise<T>((resolve, reject) => {
      const id = nextId++;
      waiting.set(id, { resolve: (value) => resolve(value as T), reject });
      child.stdin.write(`${JSON.stringify({ id, verb, args })}\n`);
    });
  return {
    lastMs: () => lastMs,
    isOpen: () => child.exitCode === null && child.signalCode === null,
    close: () => child.stdin.end(),
    driver: {
      kind: 'pacemaker',
      capabilities: { predictsMoves: true, stopsStack: true, releaseCommand: () => null, stackPackages: [] },
      describe: () => call('describe'),
      async look() {
        const { look, sight } = await call<{ readonly look: number; readonly sight: ClusterSight }>('look');
        return { sight, isIdle: () => call('isIdle', look), waitForChange: (timeoutMs) => call('waitForChange', look, timeoutMs) };
      },
      predictMoves: (order, mode) => call('predictMoves', order, mode),
      findCandidates: () => call('findCandidates'),
      findReturns: () => call('findReturns'),
      chooseTargets: (drain) => call('chooseTargets', drain),
      planFailback: (homes) => call('planFailback', homes),
      steer: (run, of, steering) => call('steer', run, of, steering),
      unsteer: (run, of) => call('unsteer', run, of),
      takeLease: (run, releaseAfter) => call('takeLease', run, ...(releaseAfter === undefined ? [] : [releaseAfter])),
      dropLease: (run) => call('dropLease', run),
      hold: (held, run, limit, releaseAfter = defaultOptions.releaseAfter, ...terms) => call('hold', held, run, limit, releaseAfter, ...terms),
      release: (held, run) => call('release', held, run),
      keep: (held, run, reason) => call('keep', held, run, reason),
      history: (since) => call('history', since),
      stopStack: () => call('stopStack'),
      startStack: () => call('startStack'),
      stackState: () => call('stackState'),
      findStrayResources: () => call('findStrayResources'),
    },
  };
}
