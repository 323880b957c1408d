/** Waiting for a cluster under test to look as asked: it is looked at when something changes, never slept for. */
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import type { WatchedCluster } from '../domain/cluster.js';
import { CauError, errorCatalogue } from '../domain/errors.js';
import { decideMember } from '../domain/membership.js';
import type { ClusterDriver } from '../domain/ports/cluster-driver.js';
import { renderVerdict, verdictOf, type Verdict } from '../domain/verdict.js';

const patienceMs = 120_000;
/** How long to leave a node alone that does not answer. */
const downMs = 200;

/** Looks whenever something changes, until the condition is met. A node on its way up may not answer yet. */
export async function until(driver: ClusterDriver, decide: (cluster: WatchedCluster) => Verdict): Promise<WatchedCluster> {
  const giveUpAt = Date.now() + patienceMs;
  let last = 'no answer';
  while (Date.now() < giveUpAt) {
    const look = await driver.look().catch((error: unknown) => unlessDown(error));
    if (look === null) {
      await delay(downMs);
      continue;
    }
    const cluster = { ...look.sight, idle: await look.isIdle() };
    const verdict = decide(cluster);
    if (verdict.state === 'met') return cluster;
    last = renderVerdict(verdict);
    if (verdict.state === 'impossible') throw new Error(last);
    await look.waitForChange(500);
  }
  throw new Error(`It took longer than ${patienceMs} ms: ${last}`);
}

/** A node that is being fenced does not answer at all for a while; it must never say yes. */
export async function untilRefused(ask: () => Promise<unknown>): Promise<void> {
  const giveUpAt = Date.now() + patienceMs;
  for (;;) {
    const refusal = await ask().then(
      () => 'it was done',
      (error: unknown) => (error instanceof CauError ? error.code : String(error)),
    );
    if (refusal === 'NoQuorumHere') return;
    expect(['ClusterToolFailed', 'NodeUnreachable']).toContain(refusal);
    if (Date.now() > giveUpAt) throw new Error(`It was never refused for want of quorum: ${refusal}`);
  }
}

/** As every caller does: what may pass by itself, such as a configuration that others change at the same time, is asked again. */
export async function persistently<T>(ask: () => Promise<T>): Promise<T> {
  const giveUpAt = Date.now() + patienceMs;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof CauError) || !errorCatalogue[error.code].retryable || Date.now() > giveUpAt) throw error;
    }
  }
}

/** Until every member sees all others as members and nothing is pending. */
export async function untilAtRest({ nodes, driverOn }: { readonly nodes: readonly string[]; driverOn(node: string): ClusterDriver }): Promise<void> {
  for (const node of nodes) {
    await until(driverOn(node), (cluster) =>
      verdictOf([
        ...(cluster.idle ? [] : ['not idle']),
        ...nodes.filter((one) => decideMember(cluster, one).state !== 'met').map((one) => `${one} is no member`),
      ]),
    );
  }
}

function unlessDown(error: unknown): null {
  if (error instanceof CauError && ['NoQuorumHere', 'ClusterToolFailed', 'NodeUnreachable'].includes(error.code)) return null;
  throw error;
}
