import { expect, it } from 'vitest';
import { PlaybookOutput } from './output.js';

const run = `
PLAY [Update the cluster, one node after another] ******************************
TASK [drain: standby on] *******************************************************
changed: [node1 -> node2(10.90.0.12)]
TASK [install: until nothing is left] ******************************************
FAILED - RETRYING: [node1]: install: until nothing is left (5 retries left).
ok: [node1]
PLAY [Update the cluster, one node after another] ******************************
TASK [drain: standby on] *******************************************************
changed: [node2 -> node1(10.90.0.11)]
TASK [install: until nothing is left] ******************************************
fatal: [node2]: UNREACHABLE! => {"changed": false, "msg": "Failed to connect", "unreachable": true}
PLAY RECAP *********************************************************************
node1                      : ok=2    changed=1    unreachable=0    failed=0
`;

function outputOf(text: string): PlaybookOutput {
  const output = new PlaybookOutput();
  for (const [index, line] of text.split('\n').entries()) output.read(line, index * 100);
  return output;
}

it('tells the end of each task with its node, and a retry is not an end', () => {
  const results = outputOf(run).events.filter((event) => event.kind === 'result');
  expect(results.map(({ batch, task, status, node }) => [batch, task, status, node])).toEqual([
    [1, 'drain: standby on', 'changed', 'node1'],
    [1, 'install: until nothing is left', 'ok', 'node1'],
    [2, 'drain: standby on', 'changed', 'node2'],
    [2, 'install: until nothing is left', 'fatal', 'node2'],
  ]);
});

it('counts the time of each task to the phase and the node that it belongs to', () => {
  expect(outputOf(run).phases(2000)).toEqual([
    { node: 'node1', phase: 'drain', ms: 200 },
    { node: 'node1', phase: 'install', ms: 400 },
    { node: 'node2', phase: 'drain', ms: 200 },
    { node: 'node2', phase: 'install', ms: 1000 },
  ]);
});

it('names what failed, and how', () => {
  expect(outputOf(run).failures()).toEqual(['node2: "install: until nothing is left" unreachable']);
});
