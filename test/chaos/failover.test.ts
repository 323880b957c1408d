import { describe, expect, it } from 'vitest';
import { killCoordinator, killTemporal } from '../bench/failover.js';
import { targets } from '../bench/results.js';
import { Endings, withEndings } from '../helpers/endings.js';
import { useLane } from './test-lane.js';

const findLane = useLane('failover');

describe('a run whose coordinator is killed', () => {
  it.each([1500, 3000, 4500])('after %i ms waits a few seconds at most for the other one', async (afterMs) => {
    expect((await killCoordinator(await findLane(), { afterMs })).stallMs).toBeLessThan(targets.stallMostMs);
  });
});

describe('a run whose Temporal is killed and started again', () => {
  it('goes on a few seconds after its return, and who follows it gets its report', async () => {
    const lane = await findLane();
    const { goesOnAfterReturnMs } = await withEndings(new Endings(), (endings) => killTemporal(lane, 5, { afterMs: 3000 }, endings));
    expect(goesOnAfterReturnMs).toBeLessThan(targets.outageMs);
  });
});
