import { expect, it } from 'vitest';
import { NodesAtWork } from '../../workflows/nodes-at-work.js';

it('nobody waits for a node to end when all have ended meanwhile: the run would never go on', async () => {
  const atWork = new NodesAtWork();
  atWork.add('node1', Promise.resolve());
  await atWork.oneEnded();
  expect(atWork.names).toEqual([]);
  await atWork.oneEnded();
  await atWork.fewerThan(() => 1);
});

it('a node that fails to be updated ends like any other, and whoever waits for it is told', async () => {
  const atWork = new NodesAtWork();
  atWork.add('node1', Promise.reject(new Error('lost')));
  await expect(atWork.fewerThan(() => 1)).rejects.toThrow('lost');
  expect(atWork.names).toEqual([]);
});

it('a node that fails to be updated while nobody waits is not forgotten: whoever waits next is told, once', async () => {
  const atWork = new NodesAtWork();
  atWork.add('node1', Promise.reject(new Error('lost')));
  await new Promise(setImmediate);
  expect(atWork.names).toEqual([]);
  await expect(atWork.fewerThan(() => 1)).rejects.toThrow('lost');
  await atWork.fewerThan(() => 1);
});
