import { describe, expect, it } from 'vitest';
import { decideFit, fitNodes, type SettledWindow } from '../../domain/maintenance-window.js';

const at = (minutes: number) => new Date(minutes * 60_000).toISOString();
const window: SettledWindow = { opensAt: null, closesAt: at(60), written: 'until 06:00 Europe/Zurich' };
const minutes = (count: number) => ({ ms: count * 60_000, basis: 'a guess' });

describe('a node in a maintenance window', () => {
  it('fits if it is expected to be done before the window closes', () => {
    expect(decideFit(window, minutes(20), 40 * 60_000).state).toBe('met');
    expect(decideFit(window, minutes(20), 41 * 60_000)).toMatchObject({
      reasons: [
        'the maintenance window (until 06:00 Europe/Zurich) closes at 1970-01-01T01:00:00.000Z, in 19 min 0 s; the node is expected to take 20 min 0 s (a guess)',
      ],
    });
    expect(decideFit(window, minutes(0), 60 * 60_000)).toMatchObject({ reasons: [expect.stringContaining('closed at')] });
  });

  it('that is too long leaves its room to those after it, and none is begun before the window opens', () => {
    const nodes = [
      { node: 'node1', expected: minutes(20) },
      { node: 'node2', expected: minutes(30) },
      { node: 'node3', expected: minutes(10) },
    ];
    const fitted = fitNodes({ ...window, opensAt: at(20) }, nodes, 0);
    expect(fitted.map(({ node, doneAt }) => [node, doneAt])).toEqual([
      ['node1', at(40)],
      ['node2', null],
      ['node3', at(50)],
    ]);
  });

  it('is begun together with its wave, and the next wave after the longest of those that fit', () => {
    const nodes = [
      { node: 'node1', wave: 1, expected: minutes(20) },
      { node: 'node2', wave: 1, expected: minutes(30) },
      { node: 'node3', wave: 1, expected: minutes(70) },
      { node: 'node4', wave: 2, expected: minutes(30) },
      { node: 'node5', wave: 2, expected: minutes(31) },
    ];
    expect(fitNodes(window, nodes, 0).map(({ node, doneAt }) => [node, doneAt])).toEqual([
      ['node1', at(20)],
      ['node2', at(30)],
      ['node3', null],
      ['node4', at(60)],
      ['node5', null],
    ]);
  });
});
