/** The simulated machine as the host of a node worker. */
import type { NodeHost } from '../../domain/ports/node-host.js';
import { callVerb } from './local-call.js';
import type { MachineFile } from './model.js';

/** The host that processes on this machine run on. */
export function createSimulatedHost({ socket }: Pick<MachineFile, 'socket'>): NodeHost {
  return {
    bootId: () => callVerb(socket, 'bootId'),
    restart: () => callVerb(socket, 'restart'),
    startOperation: (name, specificationFile) => callVerb(socket, 'startOperation', { name, specificationFile }),
    isOperationRunning: (name) => callVerb(socket, 'isOperationRunning', { name }),
  };
}
