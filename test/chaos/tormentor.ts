/** Causes faults in a lane, ends each in its time, and puts everything right in the end. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Excuses } from './evidence.js';
import type { Lane } from './lane.js';
import type { Fault } from './schedules.js';
import type { Terms } from './terms.js';

export interface Tormentor {
  /** Causes the fault; it ends by itself. */
  strike(fault: Fault): void;
  /** When the last fault ended, in milliseconds since 1970; now, while there is one. */
  healedAt(): number;
  /** Waits for the faults that were caused to end, and mends all that they may have left. */
  heal(): Promise<void>;
  excuses(): Excuses;
}

const restMs = 60_000;
const powerBackMs = 1000;
/** A stop that is refused on a node gets it fenced again and again while the role comes back to it. */
const manyBoots = 20;

export function createTormentor(lane: Lane): Tormentor {
  const caused: Fault[] = [];
  const underWay = new Set<Promise<void>>();
  let healedAt = Date.now();
  return {
    strike(fault) {
      caused.push(fault);
      const striking = cause(lane, fault).finally(() => {
        underWay.delete(striking);
        healedAt = Date.now();
      });
      underWay.add(striking);
    },
    healedAt: () => (underWay.size > 0 ? Date.now() : healedAt),
    async heal() {
      await Promise.all(underWay);
      await mend(lane);
    },
    excuses: () => excusesOf(caused, lane.terms),
  };
}

/** Resolves when the fault is over. */
async function cause({ cluster, coordinators, service }: Lane, fault: Fault): Promise<void> {
  switch (fault.kind) {
    case 'killCoordinators':
      await Promise.all(
        coordinators
          .pids()
          .slice(0, fault.count)
          .map((pid) => coordinators.kill(pid)),
      );
      return;
    case 'killNodeWorker':
      // A machine without power has no worker.
      await cluster.killWorker(fault.node).catch(() => null);
      return;
    case 'cutPower':
      await cluster.crash(fault.node);
      // The current comes back also for a machine that nobody fences, since it had left the cluster in order.
      await delay(powerBackMs);
      return cluster.powerOn(fault.node);
    case 'killTemporal':
      await service.kill();
      await delay(fault.forMs);
      return service.start();
    case 'loseNode':
      cluster.neverComesBack(fault.node);
      await cluster.crash(fault.node);
      await delay(fault.forMs);
      return cluster.powerOn(fault.node);
    case 'cutCables':
      for (const node of fault.nodes) cluster.cut(node);
      await delay(fault.forMs);
      for (const node of fault.nodes) cluster.join(node);
      return;
    case 'slowStops':
      cluster.slowStop(fault.of, fault.extraMs);
      await delay(fault.forMs);
      return cluster.slowStop(fault.of, 0);
    case 'refuseStop':
      cluster.refuseStop(fault.role, fault.node, true);
      await delay(fault.forMs);
      return cluster.refuseStop(fault.role, fault.node, false);
    case 'failUpdate':
      cluster.failUpdate(fault.node, fault.name);
      await delay(fault.forMs);
      return cluster.failUpdate(fault.node, fault.name, false);
    case 'stallUpdate':
      cluster.endlessUpdate(fault.node, fault.name);
      await delay(fault.forMs);
      return cluster.endlessUpdate(fault.node, fault.name, false);
  }
}

/** What overlapping faults may have left, such as a machine that nobody switched on again for want of quorum. */
async function mend({ cluster, service, terms: { nodes, roles } }: Lane): Promise<void> {
  await service.start();
  for (const node of nodes) {
    cluster.join(node);
    cluster.powerOn(node);
    for (const role of roles) cluster.refuseStop(role.id, node, false);
  }
  await cluster
    .until((seen) => seen.idle && seen.nodes.every((node) => node.online) && seen.roles.every((role) => role.instances.length > 0), restMs)
    // What does not come to rest is for the oracle to tell.
    .catch(() => undefined);
}

function excusesOf(caused: readonly Fault[], { roles }: Terms): Excuses {
  const boots: Record<string, number> = {};
  const excuse = (node: string, count: number) => {
    boots[node] = (boots[node] ?? 0) + count;
  };
  for (const fault of caused) {
    if (fault.kind === 'cutPower' || fault.kind === 'loseNode') excuse(fault.node, 1);
    if (fault.kind === 'cutCables') for (const node of fault.nodes) excuse(node, 1);
    if (fault.kind === 'refuseStop' && roles.some((role) => role.id === fault.role && role.onStopFailure === 'fence')) excuse(fault.node, manyBoots);
  }
  return { boots, quorum: Object.keys(boots).length > 0 };
}
