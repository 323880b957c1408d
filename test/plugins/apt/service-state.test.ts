import { describe, expect, it } from 'vitest';
import { findEffective } from '../../../plugins/apt/service-state.js';

describe('a script of a runlevel', () => {
  it('starts its service at boot', () => {
    expect(findEffective(['S01legacy', 'S02old'], new Set(['nginx.service']))).toEqual(['legacy.service', 'old.service']);
  });

  it('does not where systemd has a unit of that name: a link that is left makes nothing start', () => {
    expect(findEffective(['S01nginx', 'S01legacy'], new Set(['nginx.service']))).toEqual(['legacy.service']);
  });
});
