/** What runs on the usual simulated cluster, and what there is to update. */
import type { SimulatedRole, SimulatedUpdate } from '../../clusters/simulated/model.js';

/** One role that prefers a node, one that promotes one of its two copies, one that runs everywhere. */
export const usualRoles: readonly SimulatedRole[] = [
  { id: 'web', kind: 'primitive', prefers: 'node1' },
  { id: 'db', kind: 'promotable', prefers: 'node2', copies: ['node2', 'node4'] },
  { id: 'shop', kind: 'clone' },
];

export const usualPackages = { app: '1.0', kernel: '1.0', agent: '1.0', lib: '1.0' } as const;

/** An ordinary update, one that needs a restart, one that reveals another. */
export function updatesOfVersion(version: string): SimulatedUpdate[] {
  return [
    { name: 'app', version },
    { name: 'kernel', version, restart: true },
    { name: 'agent', version },
    { name: 'lib', version, revealedBy: { name: 'agent', version } },
  ];
}
