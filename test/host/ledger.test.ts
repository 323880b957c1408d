import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NodeHost } from '../../domain/ports/node-host.js';
import { createLedger, resultFile, writeDurably, type Ledger } from '../../host/ledger.js';
import type { OperationSpecification } from '../../host/operation.js';
import { runOnce } from '../../host/run-once.js';

let directory: string;
let ledger: Ledger;
let started: string[];
let running: Set<string>;
let bootId: string;
let host: NodeHost;
const specification: OperationSpecification = {
  operationId: 'run/node1/install-apt/1',
  verb: 'install',
  plugin: 'apt',
  updates: [],
  cluster: 'c',
  node: 'node1',
  stateDirectory: '/nowhere',
  machineFile: null,
};

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cau-ledger-'));
  ledger = createLedger(directory);
  started = [];
  running = new Set();
  bootId = 'boot-1';
  host = {
    bootId: () => Promise.resolve(bootId),
    boots: () => Promise.resolve({ records: [], gap: null }),
    restart: () => Promise.resolve(),
    startOperation: (name) => {
      started.push(name);
      running.add(name);
      return Promise.resolve();
    },
    isOperationRunning: (name) => Promise.resolve(running.has(name)),
  };
});
afterEach(() => rm(directory, { recursive: true }));

const finish = async (result: unknown) => writeDurably(await ledger.directoryOf(specification.operationId), resultFile, result);
const run = () => runOnce<string>({ ledger, host }, specification, () => undefined);

describe('an operation', () => {
  it('is started once, however often it is asked for, and every attempt gets its one result', async () => {
    const first = run();
    await expect.poll(() => started.length).toBe(1);
    const second = run();
    await finish({ value: 'installed' });
    expect(await Promise.all([first, second, run()])).toEqual(Array.from({ length: 3 }, () => ({ kind: 'finished', result: 'installed' })));
    expect(started).toHaveLength(1);
  });

  it('whose process vanished without a result is interrupted, never assumed done', async () => {
    const first = run();
    await expect.poll(() => started.length).toBe(1);
    running.clear();
    expect(await first).toMatchObject({ kind: 'interrupted' });
    expect(await run()).toMatchObject({ kind: 'interrupted' });
    expect(started).toHaveLength(1);
  });

  it('that was begun on another boot and left no result is interrupted', async () => {
    await ledger.recordStart({ operationId: specification.operationId, bootId: 'boot-0', at: new Date().toISOString() });
    expect(await run()).toMatchObject({ kind: 'interrupted' });
    expect(started).toHaveLength(0);
  });

  it('that ended before a restart still has its result after it', async () => {
    await ledger.recordStart({ operationId: specification.operationId, bootId: 'boot-0', at: new Date().toISOString() });
    await finish({ value: 'installed' });
    expect(await run()).toEqual({ kind: 'finished', result: 'installed' });
  });

  it('that failed fails every attempt with the same words', async () => {
    await ledger.recordStart({ operationId: specification.operationId, bootId, at: new Date().toISOString() });
    await finish({ failure: { code: 'LockHeld', message: 'apt holds the lock.', remedy: 'Wait.' } });
    await expect(run()).rejects.toMatchObject({ code: 'LockHeld', message: 'apt holds the lock.' });
  });
});
