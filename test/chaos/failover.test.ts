import { describe, expect, it } from 'vitest';
import { killCoordinator, killTemporal } from '../bench/failover.js';
import { Endings, withEndings } from '../helpers/endings.js';
import { useLane } from './test-lane.js';

/** Bounds that a busy machine keeps too: `npm run bench -- --only failover` measures. */
const mostMs = 10_000;
const findLane = useLane('failover');

describe('a run whose coordinator is killed', () => {
  it.each([1000, 2000, 3000])('after %i ms waits a few seconds at most for the other one', async (afterMs) => {
    const trial = await killCoordinator(await findLane(), { afterMs });
    expect(trial?.stallMs).toBeLessThan(mostMs);
  });
});

describe('a run whose Temporal is killed and started again', () => {
  it.each([1, 5])('%i s later goes on a few seconds after its return, and who follows it gets its report', async (seconds) => {
    const lane = await findLane();
    const { goesOnAfterReturnMs } = await withEndings(new Endings(), (endings) => killTemporal(lane, seconds, { afterMs: 2000 }, endings));
    expect(goesOnAfterReturnMs).toBeLessThan(mostMs);
  });
});
