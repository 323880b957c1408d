/** Starts the embedded Temporal service, or reuses the one that is there. */
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CauError } from '../../domain/errors.js';
import { checkService, mendService } from './check-service.js';
import { isPortBusy } from './ports.js';
import { serverArguments, type ServerPlace } from './server-arguments.js';

/** A Temporal service that can be used. */
export interface TemporalService {
  readonly address: string;
  /** The Web UI, where the service has one of ours. */
  readonly uiUrl: string | null;
  /** Null: it was there already and is not ours to end. */
  readonly pid: number | null;
  /** Resolves when the service ended, with what it said last; never for one that was reused. */
  readonly ended: Promise<string>;
  /** Ends it in order, by force after 10 s. */
  stop(): Promise<void>;
}

export interface StartSettings extends ServerPlace {
  /** The Temporal CLI; asked for only when one must be started. */
  findCli(): Promise<string>;
}

const readyMs = 30_000;
const stopMs = 10_000;
const retention = msToTs('30 days');

/**
 * A usable Temporal service at that place.
 * @throws CauError `PortBusy`, `TemporalUnsuitable`, `TemporalNotFound`, `TemporalUnavailable`
 */
export async function startTemporalService(settings: StartSettings): Promise<TemporalService> {
  const { port, uiPort, namespace } = settings;
  const address = `127.0.0.1:${port}`;
  const uiUrl = uiPort === null ? null : `http://127.0.0.1:${uiPort}`;
  if (await isPortBusy(port)) {
    await reuse(address, port, namespace);
    return { address, uiUrl, pid: null, ended: new Promise(() => undefined), stop: () => Promise.resolve() };
  }
  if (uiPort !== null && (await isPortBusy(uiPort))) {
    throw new CauError('PortBusy', `Port ${uiPort}, wanted for the Temporal Web UI, is in use by another program.`, { where: 'ui-port' });
  }
  const cli = await settings.findCli();
  await mkdir(dirname(settings.databaseFile), { recursive: true });
  const child = spawn(cli, serverArguments(settings), { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = collect(child);
  const ended = new Promise<string>((resolve) => {
    child.on('exit', () => resolve(output()));
    child.on('error', (error) => resolve(error.message));
  });
  const stop = () => end(child, ended);
  try {
    await untilReady(address, namespace, ended, settings.databaseFile);
  } catch (error) {
    await stop();
    throw error;
  }
  return { address, uiUrl, pid: child.pid ?? null, ended, stop };
}

async function reuse(address: string, port: number, namespace: string): Promise<void> {
  const connection = await Connection.connect({ address, connectTimeout: 2000 }).catch((cause: unknown) => {
    throw new CauError('PortBusy', `Port ${port} is in use by a program that is not Temporal.`, { where: 'port', cause });
  });
  try {
    await checkService(connection, address, namespace);
  } finally {
    await connection.close();
  }
}

async function untilReady(address: string, namespace: string, ended: Promise<string>, databaseFile: string): Promise<void> {
  const giveUpAt = Date.now() + readyMs;
  let early: string | null = null;
  void ended.then((output) => {
    early = output;
  });
  for (;;) {
    if (early !== null) throw startFailure(early, databaseFile);
    try {
      const connection = await Connection.connect({ address, connectTimeout: 1000 });
      try {
        await connection.workflowService.updateNamespace({ namespace, config: { workflowExecutionRetentionTtl: retention } });
        await mendService(connection, address, namespace);
        return;
      } finally {
        await connection.close();
      }
    } catch (cause) {
      if (Date.now() > giveUpAt)
        throw new CauError('TemporalUnavailable', `The Temporal service at ${address} did not get ready in ${readyMs / 1000} s.`, { cause });
      await delay(50);
    }
  }
}

function startFailure(output: string, databaseFile: string): CauError {
  const said = output.trim().split('\n').slice(-3).join(' / ').slice(0, 400);
  if (/not a database|malformed|corrupt/i.test(output)) {
    return new CauError('TemporalUnavailable', `The Temporal service cannot use its data base ${databaseFile}: ${said}`, {
      where: databaseFile,
      remedy: 'Move that file away; its runs are lost, and the nodes release what they held.',
    });
  }
  if (/address already in use/i.test(output)) return new CauError('PortBusy', `The Temporal service could not listen: ${said}`, { where: 'port' });
  return new CauError('TemporalUnavailable', `The Temporal service ended at once: ${said}`);
}

/** The last few kilobytes that the process said. */
function collect(child: ChildProcess): () => string {
  let text = '';
  const keep = (chunk: Buffer) => {
    text = (text + chunk.toString()).slice(-4000);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  return () => text;
}

async function end(child: ChildProcess, ended: Promise<string>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), stopMs);
  await ended;
  clearTimeout(force);
}
