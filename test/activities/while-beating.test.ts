import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, test } from 'vitest';
import { whileBeating } from '../../activities/while-beating.js';
import { listenToBeats } from '../helpers/beats.js';

test('Work that takes longer than a heartbeat timeout says meanwhile what it is, and stops saying so when it is done', async () => {
  const environment = new MockActivityEnvironment();
  const { beats, heard } = listenToBeats(environment, 1);
  // As long as it takes until somebody hears of it.
  await environment.run(() => whileBeating('thinking it through', () => heard));
  expect(beats).toEqual(['thinking it through']);
});
