import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitEvent, isTold, isWanted, pauseBeforeRetry, targetFindings, trialEvent, type Place } from '../../domain/notification.js';
import { targetSettingsSchema } from '../../domain/target-settings.js';

const now = new Date('2026-01-01T00:00:00Z');
const ago = (ms: number) => new Date(now.getTime() - ms);
const failed = { attempt: 1, isRefused: false, at: now, giveUpAfterMs: 60_000 };

describe('an event that a target did not take', () => {
  it('is told again ever more slowly, every minute at most', () => {
    const pauses = [1, 2, 3, 7, 50].map((attempt) => pauseBeforeRetry({ ...failed, attempt, giveUpAfterMs: 1e9 }, now));
    expect(pauses).toEqual([1000, 2000, 4000, 60_000, 60_000]);
  });

  it('is given up when it would be too old by the next attempt, or was refused for good', () => {
    expect(pauseBeforeRetry({ ...failed, at: ago(58_999) }, now)).toBe(1000);
    expect(pauseBeforeRetry({ ...failed, at: ago(59_001) }, now)).toBeNull();
    expect(pauseBeforeRetry({ ...failed, isRefused: true }, now)).toBeNull();
  });

  it('is said in the report, as long as it is so or was given up', () => {
    const well = { target: 'well', problem: null, givenUp: 0 };
    expect(
      targetFindings([well, { target: 'chat', problem: 'Webhook chat: it answers HTTP 500.', givenUp: 0 }, { target: 'pager', problem: null, givenUp: 2 }]),
    ).toEqual([
      expect.objectContaining({
        id: 'notify.target',
        severity: 'warning',
        message: expect.stringContaining('"chat" has not been told everything: Webhook chat'),
      }),
      expect.objectContaining({ message: 'Target "pager" has not been told everything: 2 events or more given up' }),
    ]);
  });
});

describe('what was told', () => {
  const place = fc.record({ at: fc.integer({ min: 0, max: 3 }), id: fc.integer({ min: 0, max: 3 }), index: fc.integer({ min: 0, max: 2 }) });
  it('is not told again, and everything that comes after it is', () => {
    const number = ({ at, id, index }: Place) => at * 100 + id * 10 + index;
    fc.assert(
      fc.property(place, place, (last, next) => {
        expect(isTold({ told: { run: last } }, 'run', next)).toBe(number(next) <= number(last));
      }),
    );
  });

  it('is told of each history by itself', () => {
    expect(isTold({ told: { run: { at: 9, id: 9, index: 0 } } }, 'node1', { at: 1, id: 1, index: 0 })).toBe(false);
  });
});

it('A target that takes warnings takes errors, too, and nothing less', () => {
  expect((['information', 'warning', 'error'] as const).map((level) => isWanted(level, 'warning'))).toEqual([false, true, true]);
});

it('A message that is very long is cut, and says so', () => {
  const event = { ...trialEvent('1', 'c', now), message: 'x'.repeat(100_000) };
  expect(fitEvent(event).message).toMatch(/^x{4000} … \(cut; "cau events" has all of it\)$/);
});

describe('the settings of a target', () => {
  it.each([
    ['no kind', {}],
    ['two kinds', { webhook: 'https://example.org/', command: 'page' }],
    ['a file as URL', { webhook: 'file:///etc/shadow' }],
    ['a timeout that could be for ever', { command: 'page', timeout: '5m' }],
    ['an unknown field', { command: 'page', shell: true }],
    ['a header that is none', { webhook: 'https://example.org/', headers: { 'X Team': 'ops' } }],
    ['a relative file', { webhookFile: 'chat.url' }],
  ])('with %s are refused', (_title, settings) => {
    expect(targetSettingsSchema.safeParse(settings).success).toBe(false);
  });

  it('have defaults', () => {
    expect(targetSettingsSchema.parse({ command: 'page' })).toEqual({ command: 'page', from: 'information', timeout: '10s', giveUpAfter: '24h' });
  });
});
