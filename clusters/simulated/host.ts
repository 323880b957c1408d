/** The simulated machine as the host of a node worker. */
import type { NodeHost } from '../../domain/ports/node-host.js';
import type { Boot } from '../../domain/records.js';
import { callVerb } from './local-call.js';
import { readBootLog, readShutdownLog, type BootRecord } from './machine-files.js';
import type { MachineFile } from './model.js';

/** The host that processes on this machine run on. */
export function createSimulatedHost({ socket, stateDirectory }: Pick<MachineFile, 'socket' | 'stateDirectory'>): NodeHost {
  return {
    bootId: () => callVerb(socket, 'bootId'),
    boots: async (since) => ({ records: bootsSince(await readBootLog(stateDirectory), await readShutdownLog(stateDirectory), since), gap: null }),
    restart: () => callVerb(socket, 'restart'),
    startOperation: (name, specificationFile) => callVerb(socket, 'startOperation', { name, specificationFile }),
    isOperationRunning: (name) => callVerb(socket, 'isOperationRunning', { name }),
  };
}

/** From the boot that was running at that time on. A boot whose end nobody wrote down was cut, unless it is the last. */
function bootsSince(boots: readonly BootRecord[], shutdowns: readonly BootRecord[], since: string): Boot[] {
  const sorted = boots.toSorted((left, right) => left.at.localeCompare(right.at));
  const running = sorted.findLastIndex(({ at }) => at <= since);
  return sorted.slice(Math.max(0, running)).map(({ at, bootId }, index, all) => {
    const isShutDown = shutdowns.some((shutdown) => shutdown.bootId === bootId);
    return { at, bootId, end: isShutDown ? 'inOrder' : index === all.length - 1 ? 'unknown' : 'cut' };
  });
}
