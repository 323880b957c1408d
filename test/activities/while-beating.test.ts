import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, test } from 'vitest';
import { whileBeating } from '../../activities/while-beating.js';

test('Work that takes longer than a heartbeat timeout says meanwhile what it is, and stops saying so when it is done', async () => {
  const environment = new MockActivityEnvironment();
  const beats: unknown[] = [];
  let heardOne = () => undefined as void;
  const first = new Promise<void>((resolve) => {
    heardOne = resolve;
  });
  environment.on('heartbeat', (details: unknown) => {
    beats.push(details);
    heardOne();
  });
  // As long as it takes until somebody hears of it.
  await environment.run(() => whileBeating('thinking it through', () => first));
  expect(beats).toEqual(['thinking it through']);
});
