/** What every driver must tell of changes to whoever waits for them. */
import { expect, test } from 'vitest';
import type { RunReference } from '../domain/names.js';
import type { ClusterDriver, ClusterLook } from '../domain/ports/cluster-driver.js';
import { verdictOf } from '../domain/verdict.js';
import type { DriverFixture } from './conformance.js';
import { until } from './conformance-waits.js';

const promptMs = 3000;
const longMs = 60_000;

/** Declares the tests of `waitForChange`. */
export function testChanges(open: () => DriverFixture, run: RunReference): void {
  test('wakes whoever waits for a change soon after it, and otherwise in time', async () => {
    const { nodes, driverOn } = open();
    const [first, second] = nodes as [string, string];
    const quiet = await lookAtRest(driverOn(first));
    const quietSince = performance.now();
    await quiet.waitForChange(300);
    expect(performance.now() - quietSince).toBeLessThan(promptMs);
    const look = await lookAtRest(driverOn(first));
    const woken = look.waitForChange(longMs).then(() => performance.now());
    await driverOn(second).takeLease(run);
    const changedAt = performance.now();
    expect((await woken) - changedAt).toBeLessThan(promptMs);
  });

  test('tells a change to whoever looked before it, although somebody else looked since', async () => {
    const { nodes, driverOn } = open();
    const [first, second] = nodes as [string, string];
    const early = await lookAtRest(driverOn(first));
    await driverOn(second).takeLease(run);
    await until(driverOn(first), ({ lease }) => verdictOf(lease === null ? ['no lease is seen'] : []));
    const since = performance.now();
    await early.waitForChange(longMs);
    expect(performance.now() - since).toBeLessThan(promptMs);
  });
}

/** A look after which nothing but a change ends a wait early. */
async function lookAtRest(driver: ClusterDriver): Promise<ClusterLook> {
  await until(driver, ({ idle }) => verdictOf(idle === true ? [] : ['not idle']));
  const look = await driver.look();
  await look.isIdle();
  return look;
}
