import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureOf, type Failure } from '../../domain/errors.js';
import { trialEvent } from '../../domain/notification.js';
import { targetSettingsSchema } from '../../domain/target-settings.js';
import { keyOf, signatureOf } from '../../targets/signature.js';
import { createTargets } from '../../targets/targets.js';
import { startReceiver, type Receiver } from '../helpers/webhook-receiver.js';

let receiver: Receiver;
let directory: string;
beforeAll(async () => {
  receiver = await startReceiver();
  directory = await mkdtemp(join(tmpdir(), 'cau-targets-'));
});
afterAll(async () => {
  await receiver.stop();
  await rm(directory, { recursive: true });
});

const event = trialEvent('run-1/node1/7', 'c1', new Date('2026-01-01T00:00:00Z'));
const secret = `whsec_${Buffer.from('a secret of thirty-two bytes ok!').toString('base64')}`;

function target(more: object = {}) {
  const settings = targetSettingsSchema.parse({ ...('webhookFile' in more ? {} : { webhook: receiver.url }), timeout: '60s', ...more });
  const found = createTargets({ targets: { chat: settings }, scripts: '/nowhere' }).find('chat');
  if (found === undefined) throw new Error('no target');
  return found;
}
const { signal } = new AbortController();
const failureTo = (more: object, act = target(more).deliver(event, signal)): Promise<Failure> =>
  act.then(
    () => Promise.reject(new Error('it was taken')),
    (error: unknown) => failureOf(error),
  );
async function file(name: string, content: string): Promise<string> {
  await writeFile(join(directory, name), content);
  return join(directory, name);
}

describe('a webhook', () => {
  it('is told an event as JSON, with its id, signed as Standard Webhooks has it', async () => {
    const headersFile = await file('headers', 'Authorization: Bearer t0ken\nX-Team: ops\n');
    await target({ headersFile, secretFile: await file('key', `${secret}\n`) }).deliver(event, signal);
    const { id, headers, body } = receiver.received.at(-1) ?? expect.fail('nothing came');
    expect(id).toBe(event.id);
    expect(headers).toMatchObject({ authorization: 'Bearer t0ken', 'x-team': 'ops', 'content-type': 'application/json' });
    expect(JSON.parse(body)).toEqual({ type: 'cau.trial', timestamp: event.at, data: event });
    const key = keyOf(secret) ?? expect.fail('no key');
    expect(headers['webhook-signature']).toBe(signatureOf(key, id, Number(headers['webhook-timestamp']), body));
  });

  it('that is a chat is told one line', async () => {
    receiver.answer(200);
    await target({ format: 'text' }).deliver({ ...event, node: 'node1' }, signal);
    expect(JSON.parse(receiver.received.at(-1)?.body ?? '')).toEqual({
      text: expect.stringMatching(/^\[information\] c1 node1: A trial .* \(2016, 2026-01-01T/),
    });
  });

  it('may have its address in a file, which is read anew each time', async () => {
    const webhookFile = await file('url', 'http://127.0.0.1:1/');
    const moved = target({ webhookFile });
    expect((await failureTo({}, moved.deliver(event, signal))).message).toMatch(/cannot be reached/);
    await file('url', `${receiver.url}\n`);
    await moved.deliver(event, signal);
  });

  it.each([
    [500, false, 'it answers HTTP 500'],
    [429, false, 'it answers HTTP 429'],
    [302, false, 'it answers with a redirect (HTTP 302), which is not followed'],
    [422, true, 'it answers HTTP 422'],
    ['hang' as const, undefined, 'it did not answer within 300ms', '300ms'],
  ])('that answers %s has not taken it', async (how, isRefused, words, timeout = '60s') => {
    receiver.answerOnce(how);
    const failure = await failureTo({ timeout });
    expect(failure).toMatchObject({ code: 'TargetFailed', message: `Webhook chat: ${words}.` });
    expect(failure.facts?.['refused']).toBe(isRefused);
    expect(JSON.stringify(failure)).not.toContain('s3cret');
  });

  it.each([
    ['a secret that is none', { secretFile: 'short', content: 'whsec_abc' }, /secretFile: it must be "whsec_" and 24 to 64 bytes/],
    ['headers that are none', { headersFile: 'bad', content: 'Authorization Bearer s3cret' }, /headersFile: line 1 is no "Name: value"/],
    ['an address that is none', { webhookFile: 'no-url', content: 'file:///etc/s3cret' }, /its address is no http or https URL/],
    ['an address with a password', { webhookFile: 'password', content: 'https://me:s3cret@example.org/' }, /has a user or password in it/],
  ])('with %s is refused, without a word of it', async (_title, { content, ...names }, words) => {
    const [option = '', name = ''] = Object.entries(names)[0] ?? [];
    const more = { [option]: await file(name, content) };
    const failure = await failureTo({}, target(more).check());
    expect(failure).toMatchObject({ code: 'ConfigurationInvalid', message: expect.stringMatching(words) });
    expect(JSON.stringify(failure)).not.toContain('s3cret');
  });

  it('whose file is not there is refused, naming it', async () => {
    expect(await failureTo({}, target({ headersFile: '/nowhere/at/all' }).check())).toMatchObject({
      code: 'ConfigurationInvalid',
      message: 'coordinator.notify.chat.headersFile: /nowhere/at/all: it cannot be read (ENOENT).',
    });
  });
});

it('A signature is that of the example of Standard Webhooks', () => {
  const key = keyOf('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw') ?? expect.fail('no key');
  expect(signatureOf(key, 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1_614_265_330, '{"test": 2432232314}')).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});
