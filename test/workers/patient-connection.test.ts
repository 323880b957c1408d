import { execa } from 'execa';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { connectWorkers } from '../../workers/patient-connection.js';
import { findFreePort } from '../../workers/temporal/ports.js';
import { cauProgram } from '../helpers/compiled.js';
import { startRefusingService, type Answer, type RefusingService } from '../helpers/refusing-service.js';

describe('a worker that Temporal refuses', () => {
  const unauthenticated: Answer = { code: 16, words: 'Request unauthorized.' };
  let service: RefusingService;
  let log: string[];
  let ending: AbortController;
  beforeAll(async () => {
    service = await startRefusingService();
  });
  afterAll(() => service.stop());
  beforeEach(() => {
    log = [];
    ending = new AbortController();
  });
  afterEach(() => ending.abort());

  const connect = (address = service.address) =>
    connectWorkers({ connection: { address }, namespace: 'ours', log: (line) => void log.push(line) }, ending.signal);
  /** Until it tries again, and so would say it again. */
  const untilAskedAgain = async () => {
    const before = service.asked.length;
    await expect.poll(() => service.asked.length, { interval: 20 }).toBeGreaterThan(before);
  };

  it('says why, once for each reason, and goes on as soon as it is let in', async () => {
    service.answer(() => unauthenticated);
    const connecting = connect();
    await expect.poll(() => log, { interval: 20 }).toHaveLength(1);
    await untilAskedAgain();
    service.answer((method) => (method === 'DescribeNamespace' ? { code: 5, words: 'Namespace ours is not found.' } : 'well'));
    await expect.poll(() => log, { interval: 20 }).toHaveLength(2);
    service.answer(() => 'well');
    await (await connecting).close();
    const remedy = 'Check address, namespace, TLS and API key ("cau config show"); trying on …';
    expect(log).toEqual([
      `Temporal at ${service.address} refuses: Request unauthorized. ${remedy}`,
      `Temporal at ${service.address} refuses: Namespace ours is not found. ${remedy}`,
    ]);
  });

  it.each<[string, (method: string) => Answer, RegExp]>([
    ['may not connect', () => ({ code: 7, words: 'Not yours.' }), /refuses: Not yours\. Check/],
    ['may not see the namespace', (method) => (method === 'DescribeNamespace' ? { code: 7, words: 'Not yours.' } : 'well'), /refuses: Not yours\. Check/],
    ['is told no reason', () => ({ code: 16, words: '' }), /refuses: The request does not have valid authentication credentials\. Check/],
  ])('says so when it %s', async (_title, answer, words) => {
    service.answer(answer);
    const connecting = connect();
    await expect.poll(() => log[0]).toMatch(words);
    ending.abort();
    await expect(connecting).rejects.toMatchObject({ code: 'TemporalUnavailable' });
  });

  it('is told apart from one that nobody answers', async () => {
    const address = `127.0.0.1:${await findFreePort()}`;
    const connecting = connect(address);
    await expect.poll(() => log).toEqual([`Waiting for Temporal at ${address} …`]);
    ending.abort();
    await expect(connecting).rejects.toMatchObject({ code: 'TemporalUnavailable', message: `Temporal at ${address} did not answer.` });
  });
});

describe('with a namespace that Temporal does not have', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'cau-nowhere-'));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  it.each([['coordinator'], ['node', '--cluster', 'c1', '--node', 'node1']])(
    '"cau serve %s" waits, says why, and ends when it is told to',
    async (...serve) => {
      const child = execa(process.execPath, [cauProgram, '--namespace', 'nowhere', 'serve', ...serve], {
        env: { TEMPORAL_ADDRESS: inject('temporalAddress'), CAU_STATE_DIRECTORY: directory },
        stdin: 'ignore',
        reject: false,
        all: true,
      });
      let said = '';
      child.all.on('data', (chunk: Buffer) => (said += chunk.toString()));
      await expect.poll(() => said).toMatch(/^Temporal at \S+ refuses: .*"?nowhere"?.*Check address, namespace, TLS and API key/m);
      child.kill('SIGTERM');
      expect((await child).exitCode).toBe(3);
      expect(said.match(/refuses/g)).toHaveLength(1);
    },
  );
});
