import { describe, expect, it } from 'vitest';
import { findNearest } from '../../domain/did-you-mean.js';
import { defaultOptions } from '../../domain/options.js';

const known = Object.keys(defaultOptions);

describe('the option that a misspelled name was meant to be', () => {
  it.each([
    ['maxFailedNode', 'maxFailedNodes'],
    ['maxParalelNodes', 'maxParallelNodes'],
    ['draintimeout', 'drainTimeout'],
    ['Gates', 'gates'],
    ['gate', 'gates'],
    ['windwo', 'window'],
  ])('%s is told: %s', (name, meant) => {
    expect(findNearest(name, known)).toBe(meant);
  });

  it.each(['', 'x', 'cluster', 'timeout', 'x'.repeat(100_000)])('is not guessed where none is near (case %#)', (name) => {
    expect(findNearest(name, known)).toBeNull();
  });
});
