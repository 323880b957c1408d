import { describe, expect, it } from 'vitest';
import { createWait, waitKinds, waitSchema, type WaitFacts, type WaitKind } from '../../domain/waits.js';

/** A wait that is added to the list does not compile without an example here. */
const examples: { readonly [K in WaitKind]: WaitFacts<K> } = {
  resume: { by: 'ops', why: 'lunch' },
  approval: { what: 'node node1', node: 'node1' },
  window: { window: { opensAt: new Date(0).toISOString(), closesAt: new Date(1).toISOString(), written: '22:00 to 06:00 Europe/Zurich' } },
  cleaning: { holder: 'run-1' },
  guard: { cluster: 'c' },
  adoption: { workflowId: 'cau/node/c/node1' },
  nodesClose: { run: 'run-1' },
  delivery: { targets: ['chat', 'pager'] },
  packages: { node: 'node1', names: ['app'] },
  sources: { node: 'node1', why: 'the mirror does not answer' },
  member: { cluster: 'c', why: 'no worker answers' },
  rest: { cluster: 'c' },
  release: { node: 'node1', because: 'an installation goes on' },
  quorum: { node: 'node1', why: 'node2 is offline' },
  drained: { node: 'node1' },
  held: { node: 'node1' },
  left: { node: 'node1' },
  membership: { node: 'node1' },
  settled: { node: 'node1' },
  failback: { roles: ['web'] },
  hook: { node: 'node1', script: 'quiesce', counts: true },
  gate: { node: 'node1', gate: 'shop', time: 'before', seen: 'status 503' },
  nodeStep: { node: 'node1', what: 'looks for updates' },
  operation: { node: 'node1', what: 'installation of 1 update by apt' },
  nextBoot: { node: 'node1' },
  answer: { node: 'node1' },
  retry: { retry: 1, of: 3, failure: 'LockHeld: apt' },
};

describe('every wait says for what, until when, what happens then, and what a person can do:', () => {
  it.each(waitKinds)('%s', (kind) => {
    const wait = createWait(kind, examples[kind] as never, new Date(0), 60_000);
    expect(waitSchema.parse(wait)).toEqual(wait);
    for (const words of [wait.reason, wait.next, wait.operatorCan]) expect(words).toMatch(/\w{3,}.* \w+/);
    expect(Date.parse(wait.until) - Date.parse(wait.since)).toBe(60_000);
  });
});
