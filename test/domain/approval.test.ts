import { describe, expect, it } from 'vitest';
import { approvalDue } from '../../domain/approval.js';

const none = new Set<string>();

describe('what is to be approved before a node is begun', () => {
  it.each([
    ['none', 0, null],
    ['none', 3, null],
    ['plan', 0, 'plan'],
    ['plan', 1, null],
    ['firstNode', 0, null],
    ['firstNode', 1, 'rest'],
    ['firstNode', 2, 'rest'],
    ['everyNode', 0, 'node node3'],
    ['everyNode', 2, 'node node3'],
  ] as const)('with "%s" after %i nodes: %s', (approval, begun, key) => {
    expect(approvalDue(approval, { next: 'node3', begun, granted: none })?.key ?? null).toBe(key);
  });

  it('is asked once', () => {
    expect(approvalDue('firstNode', { next: 'node3', begun: 2, granted: new Set(['rest']) })).toBeNull();
    expect(approvalDue('everyNode', { next: 'node3', begun: 2, granted: new Set(['node node1']) })).not.toBeNull();
  });
});
