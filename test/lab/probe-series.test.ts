import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { findFreePort } from '../../workers/temporal/ports.js';
import { startSeries } from './probe-series.js';

const everyMs = 5;
let server: Server | null = null;

async function serve(port: number, name: string): Promise<void> {
  server = createServer((_request, response) => response.end(`${name}\n`)).listen(port, '127.0.0.1');
  await once(server, 'listening');
}

async function fallSilent(): Promise<void> {
  if (server === null) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
  server = null;
}

afterEach(fallSilent);

test('An interruption is told with its length and who answered before and after, also one that does not end', async () => {
  const port = await findFreePort();
  await serve(port, 'one');
  const series = await startSeries(`http://127.0.0.1:${port}/`, everyMs);
  const startedAt = performance.now();
  const pass = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  await pass(300);
  await fallSilent();
  await pass(300);
  await serve(port, 'two');
  await pass(300);
  await fallSilent();
  await pass(100);
  const elapsedMs = performance.now() - startedAt;
  const result = await series.end();
  expect(result.interruptions).toMatchObject([
    { before: 'one', after: 'two' },
    { before: 'two', after: '' },
  ]);
  expect(result.interruptions[0]?.ms).toBeGreaterThanOrEqual(250);
  expect(result.failed).toBeGreaterThan(0);
  expect(result.failedOnce).toBeGreaterThanOrEqual(result.failed);
  expect(result.failures).toMatchObject([{ reasons: expect.arrayContaining(['ECONNREFUSED']) }, { reasons: expect.arrayContaining(['ECONNREFUSED']) }]);
  expect(result.failures.reduce((sum, { requests }) => sum + requests, 0)).toBe(result.failed);
  // Whatever the machine is busy with: one request for each time that passed.
  expect(result.requests).toBeGreaterThan((elapsedMs / everyMs) * 0.8);
});

test('A series whose process is killed is not waited for', async () => {
  const port = await findFreePort();
  await serve(port, 'one');
  const series = await startSeries(`http://127.0.0.1:${port}/`, everyMs);
  const ended = series.end(1_000_000);
  process.kill(series.pid ?? 0, 'SIGKILL');
  await expect(ended).rejects.toThrow('ended (SIGKILL)');
  await expect(series.end()).rejects.toThrow('ended (SIGKILL)');
});
