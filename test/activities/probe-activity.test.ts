import { describe, expect, it } from 'vitest';
import { findInterruptions } from '../../activities/probe-activity.js';

const answers = (pattern: string) => [...pattern].map((mark, index) => ({ sentAt: index * 50, answeredAt: mark === '.' ? index * 50 + 5 : null }));

describe('an interruption', () => {
  it.each([
    ['....', []],
    ['..xx..', [{ from: new Date(50).toISOString(), ms: 155 }]],
    [
      '.x.x.',
      [
        { from: new Date(0).toISOString(), ms: 105 },
        { from: new Date(100).toISOString(), ms: 105 },
      ],
    ],
    ['..xx', [{ from: new Date(50).toISOString(), ms: 100 }]],
    ['xx.', [{ from: new Date(0).toISOString(), ms: 105 }]],
  ])('in %s lasts from the last answered request before it to the first answer after it', (pattern, interruptions) => {
    expect(findInterruptions(answers(pattern))).toEqual(interruptions);
  });
});
