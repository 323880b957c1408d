import type { Client } from '@temporalio/client';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createTeller, type Teller } from '../../activities/tell-target.js';
import { trialEvent, untold, type TargetNews } from '../../domain/notification.js';
import type { NotificationTarget } from '../../domain/ports/notification-target.js';
import { targetSettingsSchema } from '../../domain/target-settings.js';
import { createTargets } from '../../targets/targets.js';
import { exampleRun } from '../domain/example-cluster.js';
import { startReceiver, type Receiver } from '../helpers/webhook-receiver.js';

let receiver: Receiver;
beforeAll(async () => {
  receiver = await startReceiver();
});
afterAll(() => receiver.stop());

/** What the run and the coordinator's log were told. */
const news: TargetNews[] = [];
const log: string[] = [];
beforeEach(() => {
  news.length = 0;
  log.length = 0;
  receiver.answer(200);
});
/** A run that can be signaled, and nothing else. */
const client = {
  workflow: { getHandle: () => ({ signal: (_name: string, told: TargetNews) => Promise.resolve(void news.push(told)) }) },
} as unknown as Client;

function tell(giveUpAfter = '1h', { signal } = new AbortController()): Teller {
  const settings = targetSettingsSchema.parse({ webhook: receiver.url, timeout: '60s', giveUpAfter });
  const target = createTargets({ targets: { chat: settings }, scripts: '/nowhere' }).find('chat') as NotificationTarget;
  return createTeller({ client, log: (line) => void log.push(line) }, { run: exampleRun }, target, signal);
}
const eventOf = (id: string) => trialEvent(id, 'c', new Date());
const none = untold('execution');

it('A target that fails twice is told the same event again, with the same id, and nobody hears of it', async () => {
  receiver.answerOnce(500, 'cut');
  expect(await tell().tell(eventOf('e1'), none)).toEqual({ ...none, delivered: 1 });
  expect(receiver.received.filter(({ id }) => id === 'e1').map(({ isTaken }) => isTaken)).toEqual([false, false, true]);
  expect([news, log]).toEqual([[], []]);
});

it('A target that goes on failing is told of, and that it is well again', async () => {
  receiver.answerOnce(503, 503, 503);
  expect(await tell().tell(eventOf('e2'), none)).toMatchObject({ delivered: 1, problem: null });
  expect(news).toEqual([
    { target: 'chat', problem: 'Webhook chat: it answers HTTP 503.', givenUp: 0 },
    { target: 'chat', problem: null, givenUp: 0 },
  ]);
  expect(log).toEqual(['Target chat takes no events: Webhook chat: it answers HTTP 503.', 'Target chat takes events again.']);
});

it('An event that a target refuses is given up at once and said, and the run is not told of each', async () => {
  receiver.answer(400);
  const teller = tell();
  let state = none;
  for (let count = 0; count < 20; count += 1) state = await teller.tell(eventOf(`r${count}`), state);
  expect(state).toMatchObject({ delivered: 0, givenUp: 20, problem: 'Webhook chat: it answers HTTP 400.' });
  expect(news.map(({ givenUp }) => givenUp)).toEqual([1, 2, 4, 8, 16]);
  expect(log[0]).toBe('Target chat was not told event r0 (2016 trial); given up: Webhook chat: it answers HTTP 400.');
});

it('An event that is too old by its next attempt is given up', async () => {
  receiver.answer(500);
  expect(await tell('500ms').tell(eventOf('e3'), none)).toMatchObject({ givenUp: 1 });
});

it('A coordinator that ends does not go on', async () => {
  receiver.answer('hang');
  const ending = new AbortController();
  const telling = tell('1h', ending).tell(eventOf('e4'), none);
  await expect.poll(() => receiver.received.some(({ id }) => id === 'e4')).toBe(true);
  ending.abort();
  await expect(telling).rejects.toThrow(/abort/i);
});
