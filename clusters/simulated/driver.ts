/** The cluster driver of a simulated cluster: asks the machine that it runs on. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterDescription } from '../../domain/cluster.js';
import { CauError } from '../../domain/errors.js';
import { defaultOptions } from '../../domain/options.js';
import type { ClusterChange } from '../../domain/records.js';
import type { ClusterDriver } from '../../domain/ports/cluster-driver.js';
import { callVerb } from './local-call.js';
import type { MachineFile } from './model.js';

const lostMs = 200;
const leaveTimeoutMs = 60_000;

/** A driver for processes on this machine. */
export function createSimulatedDriver({ node, socket }: Pick<MachineFile, 'node' | 'socket'>): ClusterDriver {
  const ask = <T>(verb: string, input: unknown = null, timeoutMs = 3000, signal?: AbortSignal) =>
    callVerb<T>(socket, 'cluster', { verb, input, timeoutMs }, timeoutMs + 500, signal);
  const describe = () => ask<{ version: number; description: ClusterDescription }>('describe');
  return {
    kind: 'simulated',
    capabilities: { predictsMoves: true, stopsStack: true, releaseCommand: () => null, stackPackages: ['cluster-stack'] },
    describe: async () => (await describe()).description,
    async look() {
      const { version, description } = await describe();
      return {
        sight: description,
        isIdle: () => Promise.resolve(description.idle),
        async waitForChange(timeoutMs, signal) {
          try {
            await ask('wait', { version, timeoutMs }, timeoutMs + 1000, signal);
          } catch {
            if (signal?.aborted !== true) await delay(Math.min(lostMs, timeoutMs), undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
          }
        },
      };
    },
    predictMoves: (order, mode) => ask('predict', { order, mode }),
    findCandidates: () => ask('candidates'),
    findReturns: () => ask('returns'),
    chooseTargets: (drain) => ask('targets', drain),
    planFailback: (homes) => ask('failback', homes),
    steer: (run, of, steering) => ask('steer', { run, of, steering }),
    unsteer: (run, of) => ask('unsteer', { run, of }),
    takeLease: (run, releaseAfter = defaultOptions.releaseAfter) => ask('takeLease', { run, releaseAfter }),
    dropLease: (run) => ask('dropLease', run),
    hold: (held, run, limit, releaseAfter = defaultOptions.releaseAfter, terms) => ask('hold', { node: held, run, limit, releaseAfter, terms }),
    release: async (held, run) => ((await ask<boolean>('release', { node: held, run })) ? 'released' : 'notHeld'),
    keep: (held, run, reason) => ask('keep', { node: held, run, reason }),
    history: async (since) => ({ records: await ask<ClusterChange[]>('history', since), gap: null, scope: 'cluster' }),
    async stopStack() {
      try {
        await ask('leave', null, leaveTimeoutMs);
      } catch (error) {
        if (error instanceof CauError && error.code !== 'ClusterToolFailed') throw error;
        throw new CauError('RestartBlocked', `The cluster stack of ${node} did not stop in time.`, { where: node, cause: error });
      }
    },
    startStack: () => ask('join', null, 10_000),
    stackState: () => callVerb(socket, 'stackState'),
    findStrayResources: () => callVerb(socket, 'findStrays'),
  };
}
