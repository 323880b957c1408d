import { describe, expect, it } from 'vitest';
import { durationMs, durationSchema, durationWithin, renderElapsed } from '../../domain/duration.js';
import { parseInput } from '../../domain/parse-input.js';

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
    expect(() => parseInput(durationWithin('10ms', '1m'), duration, 'every')).toThrow(
      `every: input: must be a duration (a number with a unit) from "10ms" to "1m", such as "90s", "15m", "2h" (given: "${duration}").`,
    );
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
