import { describe, expect, test } from 'vitest';
import { parseQuorum, toQuorum } from '../../../clusters/pacemaker/quorum.js';
import { fixture } from './fixtures.js';

describe('votes', () => {
  test('are counted as corosync counts them', () => {
    const quorum = toQuorum(
      parseQuorum(fixture('four-nodes.quorum.txt')),
      [
        { id: '1', name: 'a' },
        { id: '4', name: 'd' },
      ],
      'stop',
    );
    expect(quorum).toEqual({
      quorate: true,
      votes: 4,
      needed: 3,
      expected: 4,
      deviceVotes: 0,
      flags: ['Quorate'],
      votesOf: { a: 1, d: 1 },
      twoNode: false,
      waitForAll: false,
      withoutQuorum: 'stop',
    });
  });

  test('of a quorum device are told apart, and only while it casts them', () => {
    const text = fixture('two-nodes-and-device.quorum.txt');
    expect(parseQuorum(text)).toMatchObject({ votes: 3, needed: 2, deviceVotes: 1, votesById: { 1: 1, 2: 1 } });
    expect(parseQuorum(text.replace('0          1            Qdevice', '0          0            Qdevice (votes 1)')).deviceVotes).toBe(0);
  });

  test('show two-node and wait-for-all clusters by their flags', () => {
    const text = fixture('four-nodes.quorum.txt').replace('Flags:            Quorate', 'Flags:            2Node Quorate WaitForAll');
    expect(toQuorum(parseQuorum(text), [], 'fence')).toMatchObject({ twoNode: true, waitForAll: true, withoutQuorum: 'suicide' });
  });

  test('may show that quorum is blocked', () => {
    const text = fixture('four-nodes.quorum.txt').replace('Quorate:          Yes', 'Quorate:          No').replace('3  \n', '3 Activity blocked\n');
    expect(parseQuorum(text)).toMatchObject({ quorate: false, needed: 3 });
  });

  test('that are not told are an error in words', () => {
    expect(() => parseQuorum('Cannot initialize CMAP service')).toThrow(expect.objectContaining({ code: 'ClusterToolFailed' }));
  });
});
