import { expect, it } from 'vitest';
import type { ClusterSight } from '../../domain/cluster.js';
import { createJournal } from '../../host/journal.js';
import { createHoldStory } from '../../workers/hold-story.js';
import { exampleCluster, exampleInstance, exampleRole, exampleRun, heldNode, otherRun, withNodes, withRoles } from '../domain/example-cluster.js';

const free = exampleCluster();
const held = withNodes(free, heldNode('node1'));
const empty = withRoles(
  held,
  exampleRole('web', 'group', [exampleInstance('web-srv', 'node2')]),
  exampleRole('ca-web', 'clone', [exampleInstance('ca-web-srv', 'node2')]),
);
const kept = withNodes(empty, heldNode('node1', exampleRun, { hold: { run: exampleRun, intact: true, kept: 'it did not come back', releaseAfter: '30m' } }));

/** The numbers and runs that node1 writes while it sees the cluster like this, look after look. */
function storyOf(...sights: readonly ClusterSight[]): string[] {
  const lines: string[] = [];
  const see = createHoldStory(
    'node1',
    createJournal((line) => lines.push(line), false),
  );
  for (const sight of sights) see(sight);
  return lines.map((line) => /^(\d+) \w+ node1 \(cau\/run\/example\/(\d{8})/.exec(line)?.slice(1).join(' of ') ?? line);
}

it('A node writes down that it is held, drained and released, each once', () => {
  expect(storyOf(free, held, held, empty, empty, free, free)).toEqual(['2008 of 20260101', '1008 of 20260101', '1009 of 20260101']);
});

it('A worker that starts on a held node says so, and goes on with the story', () => {
  expect(storyOf(empty, free)).toEqual(['2008 of 20260101', '1008 of 20260101', '1009 of 20260101']);
});

it('A node that is kept writes why, and a hold that passes to another run is another one', () => {
  expect(storyOf(empty, kept, kept)).toEqual(['2008 of 20260101', '1008 of 20260101', '1017 of 20260101']);
  expect(storyOf(held, withNodes(free, heldNode('node1', otherRun)))).toEqual(['2008 of 20260101', '1009 of 20260101', '2008 of 20260102']);
});
