import { describe, expect, it } from 'vitest';
import { durationMs, durationSchema, durationWithin, renderElapsed } from '../../domain/duration.js';

describe('a duration', () => {
  it.each([
    ['250ms', 250],
    ['90s', 90_000],
    ['15m', 900_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
    ['1.5s', 1500],
  ])('of %s is %i milliseconds', (duration, ms) => {
    expect(durationMs(durationSchema.parse(duration))).toBe(ms);
  });

  it.each(['10', '', 's', '-1s', '1 s', '1w', '1s2m', '366d', '100000000d', `${'9'.repeat(400)}s`])('"%s" is refused', (duration) => {
    expect(durationSchema.safeParse(duration).success).toBe(false);
  });

  it.each(['9ms', '61s', '0s', '1x'])('of %s is not within 10ms and 1m, and the refusal says so', (duration) => {
    const { error } = durationWithin('10ms', '1m').safeParse(duration);
    expect(error?.issues[0]?.message).toMatch(duration === '1x' ? /^a duration is a number with a unit/ : /^a duration from 10ms to 1m$/);
  });

  it.each([
    [400, '0.4 s'],
    [12_300, '12 s'],
    [185_000, '3 min 5 s'],
    [7_800_000, '2 h 10 min'],
  ])('of %i milliseconds reads %s', (ms, text) => {
    expect(renderElapsed(ms)).toBe(text);
  });
});
