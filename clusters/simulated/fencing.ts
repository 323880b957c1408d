/** Losing members: how the others notice it, and how a lost one is fenced before its roles start elsewhere. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterState } from './cluster-state.js';
import type { Member } from './members.js';
import type { SimulatedTimings } from './model.js';

export interface FencingDependencies {
  readonly state: ClusterState;
  readonly timings: SimulatedTimings;
  /** Switches the machine off and resolves when it is off for certain. */
  switchOff(node: string): Promise<void>;
  /** Switches it on again, as a fencing device does that is told to restart a node. */
  switchOn(node: string): void;
}

/** A cluster that watches its members. */
export interface Fencing {
  /** The member vanished without leaving. */
  lose(node: string): void;
  /** The member cannot be trusted any more: it is fenced, if there is fencing. */
  suspect(node: string): void;
  /** Stops watching. */
  close(): void;
}

/** Fences whoever is unclean, as long as there is a device and quorum: without it nobody may. */
export function startFencing({ state, timings, switchOff, switchOn }: FencingDependencies): Fencing {
  const underWay = new Set<string>();
  const ending = new AbortController();
  const { signal } = ending;
  const mayFence = () => state.isQuorate() && state.hasFencingDevice;
  const forget = state.onChange(() => {
    if (!mayFence()) return;
    for (const member of state.members.values()) if (member.isUnclean && !underWay.has(member.name)) void fence(member);
  });
  const fence = async (member: Member): Promise<void> => {
    underWay.add(member.name);
    try {
      // A cable that is pulled is noticed like a machine that died.
      await delay(timings.fenceMs + (member.isCut ? timings.detectMs : 0), undefined, { signal });
      if (!member.isUnclean || !mayFence()) return;
      await switchOff(member.name);
      state.log.record({ kind: 'fenced', node: member.name });
      removeMember(state, member);
      switchOn(member.name);
    } catch {
      // The cluster is being stopped.
    } finally {
      underWay.delete(member.name);
      if (!signal.aborted) state.tell();
    }
  };
  const noticeLoss = async (member: Member): Promise<void> => {
    const { bootId } = member;
    await delay(timings.detectMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted || member.bootId !== bootId || member.isPowered || member.isUnclean || member.stack === 'stopped') return;
    if (!state.settings.fencing) {
      removeMember(state, member);
      return;
    }
    member.isUnclean = true;
    state.tell();
  };
  return {
    lose: (node) => void noticeLoss(state.member(node)),
    suspect(node) {
      const member = state.member(node);
      if (!state.settings.fencing) return;
      member.isUnclean = true;
      state.tell();
    },
    close() {
      forget();
      ending.abort();
    },
  };
}

/** The member is off for certain, or has left in order. */
export function removeMember(state: ClusterState, member: Member): void {
  Object.assign(member, { stack: 'stopped', isUnclean: false, expectedUp: false, hasSeenAll: false });
  state.forgetInstances(member.name);
  state.tell();
}
