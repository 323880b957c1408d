import { describe, expect, it } from 'vitest';
import { effectiveOptions } from '../../domain/options.js';

describe('options that contradict each other are refused with the field', () => {
  it.each([
    ['3h', '2h'],
    ['120m', '2h'],
  ])('warnAfter %s and stopAfter %s', (warnAfter, stopAfter) => {
    expect(() => effectiveOptions({ stopAfter }, { warnAfter })).toThrow(
      expect.objectContaining({ code: 'InvalidInput', failure: expect.objectContaining({ where: 'options.warnAfter' }) }),
    );
  });

  it.each([
    ['1h', '2h'],
    ['1h', 'never'],
    ['never', '1ms'],
  ])('but not warnAfter %s and stopAfter %s', (warnAfter, stopAfter) => {
    expect(effectiveOptions({}, { warnAfter, stopAfter }).values).toMatchObject({ warnAfter, stopAfter });
  });
});
