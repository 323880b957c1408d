import { describe, expect, it } from 'vitest';
import { mustDrain } from '../../domain/drain-need.js';
import { mustStopStack } from '../../domain/drainable.js';

const plain = { restart: false, clusterStack: false };
const restart = { restart: true, clusterStack: false };
const stack = { restart: false, clusterStack: true };

describe('a node is drained', () => {
  it.each([
    ['always', 'auto', plain, true],
    ['restartExpected', 'auto', plain, false],
    ['restartExpected', 'auto', restart, true],
    ['restartExpected', 'auto', stack, true],
    ['restartExpected', 'stop', plain, true],
    ['never', 'auto', restart, false],
    ['never', 'auto', stack, false],
  ] as const)('%s, clusterDuringInstall %s, %j: %s', (drainWhen, clusterDuringInstall, facts, isDrained) => {
    expect(mustDrain({ drainWhen, clusterDuringInstall }, facts)).toBe(isDrained);
  });
});

describe('the stack of a node that serves meanwhile', () => {
  it.each([
    ['is not stopped for fear of fencing', 'auto', false, false],
    ['is stopped in order where it is updated itself', 'auto', true, true],
    ['is kept where that is asked for', 'keep', true, false],
  ] as const)('%s', (_title, option, touchesStack, isStopped) => {
    expect(mustStopStack(true, option, touchesStack, true)).toBe(isStopped);
  });
});
