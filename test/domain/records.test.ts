import { expect, test } from 'vitest';
import { changesSince, clusterChange, type ClusterChange } from '../../domain/records.js';

const at = (minute: number) => new Date(Date.UTC(2027, 0, 1, 0, minute)).toISOString();
const of = (run: number, kind: ClusterChange['kind'], minute: number, node = 'node1') =>
  clusterChange({ at: at(minute), kind, node, by: 'run', run: `run ${run}` });

test('A look back tells what happened since, and how things stood before', () => {
  const changes = [
    clusterChange({ at: at(1), kind: 'joined', node: 'node1' }),
    clusterChange({ at: at(2), kind: 'left', node: 'node1' }),
    clusterChange({ at: at(3), kind: 'standbyOn', node: 'node2', by: 'operator' }),
    of(1, 'held', 4),
    clusterChange({ at: at(6), kind: 'joined', node: 'node1' }),
  ];
  expect(changesSince(changes, at(5))).toEqual(changes.slice(1));
});

test('It does not grow with the runs that were over before', () => {
  const earlier = Array.from({ length: 300 }, (_, run) => [of(run, 'held', 3 * run), of(run, 'kept', 3 * run + 1), of(run, 'released', 3 * run + 2)]).flat();
  const own = [of(300, 'held', 901), of(300, 'released', 902)];
  // A member that was away when the last one ended does not know it: whoever was there tells.
  expect(changesSince([...earlier, ...own], at(901))).toEqual([of(299, 'released', 899), ...own]);
});

test('It tells of a run that still held a node, and that it kept it', () => {
  const left = [of(1, 'held', 1), of(1, 'kept', 2)];
  const again = [of(2, 'held', 1, 'node2'), of(2, 'released', 2, 'node2'), of(2, 'held', 3, 'node2')];
  expect(changesSince([...left, ...again], at(5))).toEqual([...left, of(2, 'held', 3, 'node2')]);
  expect(changesSince([...left, of(2, 'held', 3)], at(5))).toEqual([of(2, 'held', 3)]);
});
