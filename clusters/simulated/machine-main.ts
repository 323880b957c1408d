/**
 * One simulated machine, a process of its own: it has a boot id, serves roles over HTTP, keeps the node worker running
 * as an init system does, and runs operations that outlive the worker. Killing it is a power cut.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, openSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { callVerb, serveVerbs } from './local-call.js';
import { readMachineFile } from './model.js';

/** How a machine says that it restarts, as systemd-nspawn does. */
export const restartExitCode = 133;
const workerPauseMs = 100;

const machineFile = process.argv[2] ?? '';
const machine = readMachineFile(machineFile);
const bootId = randomUUID();
const services = new Map<string, Server>();
const operations = new Map<string, ChildProcess>();
let worker: ChildProcess | null = null;
let isEnding = false;

rmSync(machine.runDirectory, { recursive: true, force: true });
rmSync(machine.socket, { force: true });
mkdirSync(machine.runDirectory, { recursive: true });
mkdirSync(machine.stateDirectory, { recursive: true });
const log = openSync(join(machine.stateDirectory, 'machine.log'), 'a');

/** What the interconnect asks of the machine. */
const duties = {
  startService: ({ role }: { role: string }) => startService(role),
  /** Requests that are under way are answered; then whatever is left of connections is cut. */
  async stopService({ role }: { role: string }) {
    const service = services.get(role);
    services.delete(role);
    if (service === undefined) return;
    service.close();
    service.closeIdleConnections();
    await delay(machine.timings.stopMs);
    service.closeAllConnections();
  },
};

/** What processes on the machine ask of it. */
const requests = {
  bootId: () => bootId,
  restart: () => {
    setImmediate(() => void end(restartExitCode));
  },
  startOperation({ name, specificationFile }: { name: string; specificationFile: string }) {
    if (operations.has(name)) return;
    const child = spawn(process.execPath, [...process.execArgv, operationProgram(), specificationFile], { stdio: ['ignore', log, log] });
    operations.set(name, child);
    child.on('exit', () => operations.delete(name));
  },
  isOperationRunning: ({ name }: { name: string }) => operations.has(name),
  /** The worker's questions to the cluster go through the machine: its network is the machine's. */
  cluster: ({ verb, input, timeoutMs }: { verb: string; input: unknown; timeoutMs?: number }) =>
    callVerb(machine.interconnect, verb, { node: machine.node, bootId, input }, timeoutMs),
};

await serveVerbs(machine.socket, { ...duties, ...requests });
process.on('SIGTERM', () => void end(0));
await callVerb(machine.interconnect, 'join', { node: machine.node, bootId });
startWorker();

async function startService(role: string): Promise<number> {
  const running = services.get(role);
  if (running !== undefined) return portOf(running);
  await delay(machine.timings.startMs);
  const service = createServer((_request, response) => response.end(`${role} on ${machine.node}\n`));
  services.set(role, service);
  await new Promise<void>((resolve) => {
    service.listen(0, '127.0.0.1', resolve);
  });
  return portOf(service);
}

function portOf(service: Server): number {
  const address = service.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function startWorker(): void {
  if (machine.worker === null || isEnding) return;
  const { command, args, env } = machine.worker;
  worker = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', log, log] });
  worker.on('exit', () => setTimeout(startWorker, workerPauseMs));
}

async function end(code: number): Promise<void> {
  if (isEnding) return;
  isEnding = true;
  await callVerb(machine.interconnect, 'leave', { node: machine.node, bootId, input: null }, 30_000).catch(() => undefined);
  worker?.kill('SIGTERM');
  process.exit(code);
}

function operationProgram(): string {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return fileURLToPath(new URL(`../../workers/operation-main.${extension}`, import.meta.url));
}
