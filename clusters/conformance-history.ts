/** What every cluster must have written down about itself, whichever of its members is asked. */
import { expect, test } from 'vitest';
import type { RunReference } from '../domain/names.js';
import type { ClusterChange } from '../domain/records.js';
import type { DriverFixture } from './conformance.js';

const promptMs = 10_000;

/** Declares the tests of `history`. */
export function testHistory(open: () => DriverFixture, run: RunReference): void {
  test('has it in its history who held a node, who lifted the standby, and what an operator set', async () => {
    const { nodes, driverOn, operatorStandby } = open();
    const [held, witness, set] = nodes as [string, string, string];
    const since = new Date().toISOString();
    await driverOn(witness).hold(held, run, 1);
    await operatorStandby(held, 'off');
    await driverOn(witness).release(held, run);
    await operatorStandby(set, 'on');
    await operatorStandby(set, 'off');
    const expected = [
      ['held', held, 'run', run.firstExecutionRunId],
      ['standbyOff', held, 'operator', null],
      ['released', held, 'run', run.firstExecutionRunId],
      ['standbyOn', set, 'operator', null],
      ['standbyOff', set, 'operator', null],
    ];
    const told = async (node: string) => {
      const { records, gap } = await driverOn(node).history(since);
      expect(gap).toBeNull();
      return records.filter((change) => change.at >= since && isOfInterest(change)).map(({ kind, node: of, by, run: holder }) => [kind, of, by, holder]);
    };
    // A member writes down a change of the cluster a moment after it was made.
    for (const node of nodes) await expect.poll(() => told(node), { interval: 200, timeout: promptMs, message: node }).toEqual(expected);
  });
}

const isOfInterest = ({ kind }: ClusterChange) => kind === 'held' || kind === 'released' || kind === 'standbyOn' || kind === 'standbyOff';
