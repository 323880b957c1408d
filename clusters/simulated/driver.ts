/** The cluster driver of a simulated cluster: asks the machine that it runs on. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterDescription } from '../../domain/cluster.js';
import type { ClusterDriver } from '../../domain/ports/cluster-driver.js';
import { callVerb } from './local-call.js';
import type { MachineFile } from './model.js';

const lostMs = 200;

/** A driver for processes on this machine. */
export function createSimulatedDriver({ node, socket }: Pick<MachineFile, 'node' | 'socket'>): ClusterDriver {
  let version = -1;
  const ask = <T>(verb: string, input: unknown = null, timeoutMs = 3000) => callVerb<T>(socket, 'cluster', { verb, input, timeoutMs }, timeoutMs + 500);
  const describe = async (): Promise<ClusterDescription> => {
    const answer = await ask<{ version: number; description: ClusterDescription }>('describe');
    version = answer.version;
    return answer.description;
  };
  return {
    kind: 'simulated',
    capabilities: { predictsMoves: true, stopsStack: true, stackPackages: ['cluster-stack'] },
    describe,
    predictMoves: (order) => ask('predict', order),
    takeLease: (run) => ask('takeLease', run),
    dropLease: (run) => ask('dropLease', run),
    hold: (held, run, limit) => ask('hold', { node: held, run, limit }),
    release: (held, run) => ask('release', { node: held, run }),
    keep: (held, run, reason) => ask('keep', { node: held, run, reason }),
    waitForChange: async (timeoutMs) => {
      await ask('wait', { version, timeoutMs }, timeoutMs + 1000).catch(() => delay(Math.min(lostMs, timeoutMs)));
    },
    stopStack: () => ask('leave', null, 60_000),
    startStack: () => ask('join', null, 10_000),
    async stackState() {
      const own = (await describe()).nodes.find((candidate) => candidate.name === node);
      return { running: own?.online ?? false, startsAtBoot: true };
    },
    findStrayResources: () => Promise.resolve([]),
  };
}
