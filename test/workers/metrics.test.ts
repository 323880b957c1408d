import { execa } from 'execa';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, inject, it } from 'vitest';
import { findFreePort } from '../../workers/temporal/ports.js';
import { cauProgram } from '../helpers/simulated-world.js';

const serve = (port: number) =>
  execa(process.execPath, [cauProgram, 'serve', 'coordinator'], {
    env: { TEMPORAL_ADDRESS: inject('temporalAddress'), CAU_TASK_QUEUE: `cau-metrics-${port}`, CAU_METRICS: `127.0.0.1:${port}` },
    stdin: 'ignore',
    reject: false,
    all: true,
  });

describe('the metrics of a process', () => {
  it('are what Prometheus finds at the address of its configuration', async () => {
    const port = await findFreePort();
    const coordinator = serve(port);
    const scrape = async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/metrics`).catch(() => null);
      return answer === null ? '' : answer.text();
    };
    await expect.poll(scrape, { timeout: 30_000, interval: 50 }).toMatch(/^temporal_num_pollers\{.*task_queue="cau-metrics-\d+".*\} \d+$/m);
    expect(await scrape()).toMatch(/^temporal_request_latency_seconds_bucket\{.*\} \d+$/m);
    coordinator.kill('SIGTERM');
    expect((await coordinator).exitCode).toBe(0);
  });

  it('at an address in use are a clear error, and not a process without them', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await expect.poll(() => other.address()).not.toBeNull();
    const { port } = other.address() as AddressInfo;
    const coordinator = serve(port);
    const ended = await Promise.race([coordinator, delay(30_000)]);
    coordinator.kill('SIGTERM');
    other.close();
    expect(ended).toMatchObject({ exitCode: 3, all: expect.stringMatching(new RegExp(`PortBusy: Metrics cannot be offered at 127\\.0\\.0\\.1:${port}`)) });
    expect(ended?.all).not.toMatch(/\n\s+at /);
  });
});
