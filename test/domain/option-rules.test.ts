import { describe, expect, it } from 'vitest';
import { effectiveOptions, recordedOptionsSchema, type PartialOptions } from '../../domain/options.js';

describe('options that contradict each other are refused with the field', () => {
  it.each<[PartialOptions, string]>([
    [{ requireAllNodesOnline: true, maxOfflineNodes: 1 }, 'options.maxOfflineNodes'],
    [{ drainWhen: 'never' }, 'options.drainWhen'],
    [{ drainWhen: 'never', allowOutage: true, clusterDuringInstall: 'stop' }, 'options.clusterDuringInstall'],
    [{ drainWhen: 'never', allowOutage: true, forceDrain: true }, 'options.forceDrain'],
    [{ restartWhen: 'never', separateRestarts: true }, 'options.separateRestarts'],
    [{ warnAfter: '3h', stopAfter: '2h' }, 'options.warnAfter'],
    [{ warnAfter: '120m', stopAfter: '2h' }, 'options.warnAfter'],
    [{ order: ['node1', 'node2', 'node1'] }, 'options.order'],
    [{ order: { sites: ['north', 'north'] } }, 'options.order'],
  ])('%j', (given, where) => {
    expect(() => effectiveOptions({}, given)).toThrow(expect.objectContaining({ code: 'InvalidInput', failure: expect.objectContaining({ where }) }));
  });

  it('and what is named twice is told', () => {
    expect(() => effectiveOptions({}, { order: ['node2', 'node1', 'node1'] })).toThrow(
      'options.order: names "node1" twice; each has one place in an order (given: ["node2","node1","node1"]).',
    );
  });

  it.each<[PartialOptions, PartialOptions]>([
    [{}, { requireAllNodesOnline: true }],
    [{}, { requireAllNodesOnline: true, maxOfflineNodes: 0 }],
    [{ allowOutage: true }, { drainWhen: 'never' }],
    [{ stopAfter: '2h' }, { warnAfter: '1h' }],
    [{}, { warnAfter: '1h', stopAfter: 'never' }],
    [{}, { warnAfter: 'never', stopAfter: '1ms' }],
    [{}, { order: ['node2', 'node1'] }],
    [{}, { drainWhen: 'restartExpected', forceDrain: true, clusterDuringInstall: 'stop' }],
  ])('but not a profile %j with a request %j', (profile, request) => {
    expect(effectiveOptions(profile, request).values).toMatchObject(request);
  });

  it('and an option that an earlier version did not know has its default', () => {
    expect(recordedOptionsSchema.parse({ drainTimeout: '5m' })).toMatchObject({ drainTimeout: '5m', drainWhen: 'always', allowOutage: false });
    expect(recordedOptionsSchema.safeParse({ unheardOf: 1 }).success).toBe(false);
  });
});
