/** Faults of services and installations that are caused from outside while the cluster runs. */
import { readFileSync } from 'node:fs';
import { writeWhole } from './configuration-file.js';
import type { SimulatedUpdate } from './model.js';

/** Copies of promotables that start but do not get in sync, so that they have no promotion score. */
export interface SyncFaults {
  hold(role: string, node: string, isHeld: boolean): void;
  isHeld(role: string, node: string): boolean;
}

/** Copies that get in sync. */
export function createSyncFaults(): SyncFaults {
  const held = new Set<string>();
  const key = (role: string, node: string) => `${role}@${node}`;
  return {
    hold: (role, node, isHeld) => void (isHeld ? held.add(key(role, node)) : held.delete(key(role, node))),
    isHeld: (role, node) => held.has(key(role, node)),
  };
}

/** Starts that fail, by role and node. */
export interface StartFaults {
  refuse(role: string, node: string, isRefused: boolean): void;
  isRefused(role: string, node: string): boolean;
}

/** Starts that work. */
export function createStartFaults(): StartFaults {
  const refused = new Set<string>();
  const key = (role: string, node: string) => `${role}@${node}`;
  return {
    refuse: (role, node, isRefused) => void (isRefused ? refused.add(key(role, node)) : refused.delete(key(role, node))),
    isRefused: (role, node) => refused.has(key(role, node)),
  };
}

/** Faults of stops, by role, by node, or by both. */
export interface StopFaults {
  /** Every stop of this role, or on this node, takes that much longer; 0 ends it. */
  slow(roleOrNode: string, extraMs: number): void;
  refuse(role: string, node: string, isRefused: boolean): void;
  of(role: string, node: string): { readonly extraMs: number; readonly isRefused: boolean };
}

/** Stops that work. */
export function createStopFaults(): StopFaults {
  const slow = new Map<string, number>();
  const refused = new Set<string>();
  const key = (role: string, node: string) => `${role}@${node}`;
  return {
    slow: (roleOrNode, extraMs) => void slow.set(roleOrNode, extraMs),
    refuse: (role, node, isRefused) => void (isRefused ? refused.add(key(role, node)) : refused.delete(key(role, node))),
    of: (role, node) => ({ extraMs: Math.max(slow.get(role) ?? 0, slow.get(node) ?? 0), isRefused: refused.has(key(role, node)) }),
  };
}

type UpdateFault = 'failsOn' | 'endlessOn' | 'repeatsOn';

/** Changes whether the installation of an offered package has that fault on a node. */
export function setUpdateFault(repositoryFile: string, fault: UpdateFault, name: string, node: string, isSet: boolean): void {
  const offered = JSON.parse(readFileSync(repositoryFile, 'utf8')) as SimulatedUpdate[];
  const changed = offered.map((update) => {
    if (update.name !== name) return update;
    const others = (update[fault] ?? []).filter((one) => one !== node);
    return { ...update, [fault]: isSet ? [...others, node] : others };
  });
  writeWhole(repositoryFile, JSON.stringify(changed));
}
