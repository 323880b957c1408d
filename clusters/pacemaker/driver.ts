/** The driver of Pacemaker clusters: a member's own tools, nothing else, so that it speaks for every version of them. */
import type { ClusterDriver, DriverCapabilities } from '../../domain/ports/cluster-driver.js';
import { chooseTargets } from '../../domain/forecast/choose-targets.js';
import { findCandidates } from '../../domain/forecast/find-candidates.js';
import { findReturns } from '../../domain/forecast/find-returns.js';
import { forecastMoves } from '../../domain/forecast/forecast-moves.js';
import type { ImaginedCluster } from '../../domain/ports/imagined-cluster.js';
import { planFailback } from '../../domain/forecast/plan-failback.js';
import { createChangeWatch, type ChangeWatch } from './changes.js';
import { createCommandRunner, type CommandRunner } from './commands.js';
import { compareAndSwap, type Decide } from './compare-and-swap.js';
import { describe, look } from './describe.js';
import { readHistory } from './history.js';
import { decideHold, decideKeep, decideRelease } from './hold-decisions.js';
import { createIdleProof } from './idle.js';
import { withImagined } from './imagined-cluster.js';
import { decideLease, decideLeaseDrop } from './lease.js';
import { decideSteer, decideUnsteer } from './steering-decisions.js';
import { requireQuorum } from './quorum-here.js';
import { readStackState, startStack, stopStack } from './stack.js';
import { findStrayResources } from './stray-resources.js';

export interface PacemakerDriverSettings {
  /** The name by which runs know the cluster. */
  readonly cluster: string;
  /** This node, by its name in the cluster. */
  readonly node: string;
  /** This node's boot id: a description says which boot saw it. */
  bootId(): Promise<string>;
  /** Runs the cluster's tools; real processes unless a test brings its own. */
  readonly run?: CommandRunner;
  readonly changes?: ChangeWatch;
}

/**
 * How long to rely on being told of a change, in milliseconds. The end of a transition is written down by the
 * controller's own node alone, so elsewhere it is looked for.
 */
const patienceMs = { idle: 60_000, pending: 500, unknown: 250, deciding: 100 } as const;

const capabilities: DriverCapabilities = {
  predictsMoves: true,
  stopsStack: true,
  releaseCommand: (node) => `crm_standby -N ${node} -D`,
  // Names of Debian, Ubuntu, RHEL and SUSE; a trailing star stands for the rest of a name.
  stackPackages: [
    'corosync*',
    'libcorosync*',
    'libcfg7',
    'libcmap4',
    'libcpg4',
    'libquorum5',
    'libsam4',
    'libvotequorum8',
    'libknet*',
    'libnozzle*',
    'kronosnet*',
    'libqb*',
    'pacemaker*',
    'libpacemaker*',
    'libcib*',
    'libcrm*',
    'liblrmd*',
    'libpe-*',
    'libstonithd*',
    'sbd',
    'dlm*',
    'libdlm*',
    'resource-agents*',
    'fence-agents*',
    'fence-virt*',
    'cluster-glue*',
  ],
};

/** A driver for the node that this process runs on, which must be root there. */
export function createPacemakerDriver(settings: PacemakerDriverSettings): ClusterDriver {
  const { node, run = createCommandRunner(), changes = createChangeWatch() } = settings;
  const proveIdle = createIdleProof(run);
  const dependencies = { ...settings, run, proveIdle };
  const change = (decide: Decide) => compareAndSwap(run, node, decide);
  const imagining = async <T>(think: (standing: ImaginedCluster) => Promise<T>): Promise<T> => {
    await requireQuorum(run, node);
    return withImagined(run, node, think);
  };
  return {
    kind: 'pacemaker',
    capabilities,
    describe: () => describe(dependencies),
    async look() {
      const waitForChange = changes.mark();
      const { sight, cib, activity } = await look(dependencies);
      let known: keyof typeof patienceMs = cib.pendingOperations.length > 0 ? 'pending' : 'unknown';
      return {
        sight,
        async isIdle() {
          known = await activity();
          return known === 'idle';
        },
        waitForChange: (timeoutMs, signal) => waitForChange(Math.min(timeoutMs, patienceMs[known]), signal),
      };
    },
    predictMoves: (order, mode) => imagining((standing) => forecastMoves(standing, order, mode)),
    findCandidates: () => imagining(findCandidates),
    findReturns: () => imagining(findReturns),
    chooseTargets: (drain) => imagining((standing) => chooseTargets(standing, drain)),
    planFailback: (homes) => imagining((standing) => planFailback(standing, homes)),
    steer: (holder, of, steering) => change((cib) => decideSteer(cib, holder, of, steering)),
    unsteer: (holder, of) => change((cib) => decideUnsteer(cib, holder, of)),
    takeLease: (holder, releaseAfter) => change((cib) => decideLease(cib, holder, releaseAfter)),
    dropLease: (holder) => change((cib) => decideLeaseDrop(cib, holder)),
    hold: (held, holder, limit, releaseAfter, terms) => change((cib) => decideHold(cib, held, holder, limit, releaseAfter, terms)),
    keep: (held, holder, reason) => change((cib) => decideKeep(cib, held, holder, reason)),
    async release(held, holder) {
      let wasHeld = false;
      await change((cib) => {
        const edits = decideRelease(cib, held, holder);
        wasHeld ||= edits.length > 0;
        return edits;
      });
      return wasHeld ? 'released' : 'notHeld';
    },
    history: (since) => readHistory(run, since),
    stopStack: () => stopStack(run, node),
    startStack: () => startStack(run, node),
    stackState: () => readStackState(run),
    findStrayResources: () => findStrayResources(run, node),
  };
}
