import { Connection } from '@temporalio/client';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { execa } from 'execa';
import { checkService } from '../../../workers/temporal/check-service.js';
import { findFreePort, isPortBusy } from '../../../workers/temporal/ports.js';
import { startTemporalService, type TemporalService } from '../../../workers/temporal/start-service.js';

let directory: string;
const services: TemporalService[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cau-service-'));
});
afterEach(async () => {
  for (const service of services.splice(0)) await service.stop();
  await rm(directory, { recursive: true, force: true });
});

async function start(port: number, name = 'temporal.db'): Promise<TemporalService> {
  const service = await startTemporalService({
    ip: '127.0.0.1',
    port,
    uiPort: null,
    databaseFile: join(directory, name),
    namespace: 'default',
    findCli: () => Promise.resolve(inject('temporalCli')),
  });
  services.push(service);
  return service;
}

describe('the embedded Temporal service', () => {
  it('is fit for us once it is started, and gone once it is stopped', async () => {
    const port = await findFreePort();
    const service = await start(port);
    const connection = await Connection.connect({ address: service.address });
    await checkService(connection, service.address, 'default');
    const { config } = await connection.workflowService.describeNamespace({ namespace: 'default' });
    expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(30 * 24 * 3600);
    await connection.close();
    await service.stop();
    expect(await isPortBusy(port)).toBe(false);
  });

  it('that is there already is used, not started again', async () => {
    const port = await findFreePort();
    await start(port);
    expect((await start(port, 'another.db')).pid).toBeNull();
  });

  it('of a data base made without us is mended', async () => {
    const port = await findFreePort();
    const databaseFile = join(directory, 'temporal.db');
    const other = execa(inject('temporalCli'), ['server', 'start-dev', '--headless', '--port', String(port), '--db-filename', databaseFile], { reject: false });
    await expect.poll(() => isPortBusy(port), { timeout: 20_000 }).toBe(true);
    await expect.poll(() => start(port, 'x.db').catch((error: unknown) => (error as { code?: string }).code), { timeout: 20_000 }).toBe('TemporalUnsuitable');
    await expect(start(port, 'x.db')).rejects.toThrow(/search attributes CauCluster, CauNode, CauPhase, CauFailedNodes/);
    other.kill();
    await other;
    const mended = await start(port);
    const connection = await Connection.connect({ address: mended.address });
    await checkService(connection, mended.address, 'default');
    await connection.close();
  });

  it('does not start on a port that another program uses', async () => {
    const squatter = createServer((socket) => socket.on('error', () => undefined).end('not Temporal\n'));
    const port = await findFreePort();
    await new Promise<void>((resolve) => {
      squatter.listen(port, '127.0.0.1', resolve);
    });
    await expect(start(port)).rejects.toMatchObject({ code: 'PortBusy', message: `Port ${port} is in use by a program that is not Temporal.` });
    squatter.close();
  });

  it('names a data base that it cannot use', async () => {
    await writeFile(join(directory, 'temporal.db'), 'this is not a data base, and it is long enough to be looked at as one '.repeat(20));
    await expect(start(await findFreePort())).rejects.toMatchObject({ code: 'TemporalUnavailable', message: expect.stringContaining('temporal.db') });
  });
});
