/** Moves the roles of a simulated cluster until they are where they should be, one transition after another. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterState, Instance } from './cluster-state.js';
import type { RoleFront } from './front.js';
import { callVerb } from './local-call.js';
import type { SimulatedTimings } from './model.js';
import { nowhere, type RolePlace } from './placement.js';
import { planTransitions, type RoleTransition } from './transition.js';

const syncedScore = 10;
const serviceTimeoutMs = 600_000;
const pauseMs = 25;
const lookMs = 20;

export interface MoverDependencies {
  readonly state: ClusterState;
  readonly fronts: ReadonlyMap<string, RoleFront>;
  readonly timings: SimulatedTimings;
  socketOf(node: string): string;
  /** How long this stop takes, or that it is refused. */
  stopFault(role: string, node: string): { readonly extraMs: number; readonly isRefused: boolean };
  isStartRefused(role: string, node: string): boolean;
  /** Whether this copy cannot get in sync now. */
  isSyncHeld(role: string, node: string): boolean;
  /** A stop failed where the cluster has to fence. */
  onStopFailure(role: string, node: string): void;
}

/** Begins to move roles whenever something changed. */
export function startMover(deps: MoverDependencies): { close(): Promise<void> } {
  let isRunning = false;
  let running = Promise.resolve();
  let isClosed = false;
  const { state } = deps;
  const forget = state.onChange(() => {
    if (isRunning || isClosed || planTransitions(state).length === 0) return;
    state.isActing = true;
    isRunning = true;
    running = work().finally(() => {
      isRunning = false;
    });
  });
  const work = async (): Promise<void> => {
    for (let plan = planTransitions(state); plan.length > 0; plan = planTransitions(state)) {
      if (isClosed) break;
      const isWhole = await Promise.all(plan.map((transition) => perform(deps, transition)));
      // A machine that does not answer is noticed as lost a little later.
      if (isWhole.includes(false)) await delay(pauseMs);
    }
    state.isActing = false;
    // In a turn of its own: whoever is told must find the mover at rest.
    setImmediate(() => state.tell());
  };
  return {
    async close() {
      isClosed = true;
      forget();
      await running;
    },
  };
}

/** Whether every step could be done. */
async function perform(deps: MoverDependencies, { role, stops, starts, target }: RoleTransition): Promise<boolean> {
  const { state, fronts } = deps;
  const isClone = state.settings.roles.find((one) => one.id === role)?.kind === 'clone';
  const address = state.places[role]?.address ?? null;
  if (isClone) fronts.get(role)?.pointTo(portOf(state, role, target.on.find((node) => portOf(state, role, node) !== null && !stops.includes(node)) ?? null));
  else if (address !== null && stops.includes(address)) fronts.get(role)?.pointTo(null);
  const stopped = await Promise.all(stops.map((node) => stop(deps, role, node)));
  // What may still run somewhere is not started elsewhere.
  const started = stopped.includes(false) && !isClone ? [] : await Promise.all(starts.map((node) => start(deps, role, node)));
  const isKept = state.pinned().has(role) || (stopped.includes(false) && !isClone);
  if (!isKept && (await promoteElsewhere(deps, role, target))) state.places = { ...state.places, [role]: placeReached(state, role, target) };
  fronts.get(role)?.pointTo(portOf(state, role, state.places[role]?.address ?? null));
  state.tell();
  return !stopped.includes(false) && !started.includes(false);
}

/** A promotion takes as long as a start, and nobody serves meanwhile. Whether the place is still wanted after it. */
async function promoteElsewhere({ state, fronts, timings }: MoverDependencies, role: string, target: RolePlace): Promise<boolean> {
  if (target.promoted === null || target.promoted === (state.places[role]?.promoted ?? null)) return true;
  fronts.get(role)?.pointTo(null);
  state.places = { ...state.places, [role]: { ...(state.places[role] ?? nowhere), promoted: null, address: null } };
  state.tell();
  await delay(timings.startMs);
  return !state.pinned().has(role);
}

async function stop(deps: MoverDependencies, role: string, node: string): Promise<boolean> {
  const { state, timings } = deps;
  const instances = state.instances.get(role);
  const instance = instances?.get(node);
  if (instances === undefined || instance === undefined) return true;
  const fault = deps.stopFault(role, node);
  instance.phase = 'stopping';
  state.tell();
  if (fault.isRefused) {
    await delay(timings.stopMs);
    instance.phase = 'started';
    deps.onStopFailure(role, node);
    return false;
  }
  await untilFast(deps, role, node, () => instances.get(node) === instance);
  try {
    await callVerb(deps.socketOf(node), 'stopService', { role, takesMs: timings.stopMs }, serviceTimeoutMs);
  } catch {
    instance.phase = 'started';
    return false;
  }
  if (instances.get(node) === instance) instances.delete(node);
  state.setScore(role, node, null);
  return true;
}

/** A stop that is slow serves on meanwhile, and is so no longer when its fault is taken away, or its machine is lost. */
async function untilFast({ stopFault }: MoverDependencies, role: string, node: string, isThere: () => boolean): Promise<void> {
  const beganAt = performance.now();
  while (isThere() && performance.now() - beganAt < stopFault(role, node).extraMs) await delay(lookMs);
}

async function start(deps: MoverDependencies, role: string, node: string): Promise<boolean> {
  const { state, timings } = deps;
  const instances = state.instances.get(role);
  const instance: Instance = { port: null, phase: 'starting' };
  instances?.set(node, instance);
  state.tell();
  if (deps.isStartRefused(role, node)) {
    await delay(timings.startMs);
    if (instances?.get(node) === instance) instances.delete(node);
    state.failedStarts = [...state.failedStarts, { id: `${role}-start-${node}-${Date.now()}`, role, node }];
    return false;
  }
  try {
    instance.port = await callVerb<number>(deps.socketOf(node), 'startService', { role, takesMs: timings.startMs }, serviceTimeoutMs);
  } catch {
    if (instances?.get(node) === instance) instances.delete(node);
    return false;
  }
  // The machine may have been lost and forgotten meanwhile.
  if (instances?.get(node) !== instance) return false;
  instance.phase = 'started';
  if (state.settings.roles.find((one) => one.id === role)?.kind === 'promotable') syncLater(deps, role, node, instance);
  return true;
}

/** A copy is not ready to be promoted when it was started, but when it is in sync. */
function syncLater(deps: MoverDependencies, role: string, node: string, instance: Instance): void {
  const { state, timings } = deps;
  setTimeout(() => {
    if (state.instances.get(role)?.get(node) !== instance) return;
    if (deps.isSyncHeld(role, node)) return syncLater(deps, role, node, instance);
    state.setScore(role, node, syncedScore);
    state.tell();
  }, timings.syncMs).unref();
}

function placeReached(state: ClusterState, role: string, target: RolePlace): RolePlace {
  const serves = (node: string | null) => (node !== null && portOf(state, role, node) !== null ? node : null);
  const isClone = state.settings.roles.find((one) => one.id === role)?.kind === 'clone';
  const on = target.on.filter((node) => serves(node) !== null);
  return { on, promoted: serves(target.promoted), address: serves(target.address) ?? (isClone ? (on[0] ?? null) : null) };
}

function portOf(state: ClusterState, role: string, node: string | null): number | null {
  return node === null ? null : (state.instances.get(role)?.get(node)?.port ?? null);
}
