/**
 * One simulated machine, a process of its own: it has a boot id, serves roles over HTTP, keeps the node worker running
 * and runs operations that outlive the worker. Killing it is a power cut. It ends when its power supply is gone: the
 * process that holds the other end of its standard input.
 */
import { randomUUID } from 'node:crypto';
import { appendFileSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { callVerb, serveVerbs } from './local-call.js';
import { createMachinePrograms } from './machine-programs.js';
import { createMachineServices } from './machine-services.js';
import { bootLogFile, readMachineFile, restartExitCode, shutdownLogFile } from './model.js';

const leaveTimeoutMs = 30_000;

const machine = readMachineFile(process.argv[2] ?? '');
const bootId = randomUUID();
let isEnding = false;

rmSync(machine.runDirectory, { recursive: true, force: true });
rmSync(machine.socket, { force: true });
mkdirSync(machine.runDirectory, { recursive: true });
mkdirSync(machine.stateDirectory, { recursive: true });
writeDown(bootLogFile);

const services = createMachineServices(machine.node);
const programs = createMachinePrograms(
  machine.worker,
  [process.execPath, ...process.execArgv, operationProgram()],
  openSync(join(machine.stateDirectory, 'machine.log'), 'a'),
);
const askCluster = <T>(verb: string, input: unknown = null, timeoutMs?: number) =>
  callVerb<T>(machine.interconnect, verb, { node: machine.node, bootId, input }, timeoutMs);

/** What the cluster asks of the machine. */
const duties = {
  startService: ({ role, takesMs }: { role: string; takesMs: number }) => services.start(role, takesMs),
  stopService: ({ role, takesMs }: { role: string; takesMs: number }) => services.stop(role, takesMs),
};

/** What processes on the machine ask of it, and the fault that is caused on it. */
const requests = {
  bootId: () => bootId,
  restart: () => {
    setImmediate(() => void end(restartExitCode));
  },
  startOperation: ({ name, specificationFile }: { name: string; specificationFile: string }) => programs.startOperation(name, specificationFile),
  isOperationRunning: ({ name }: { name: string }) => programs.isOperationRunning(name),
  killWorker: () => programs.killWorker(),
  /** The worker's questions to the cluster go through the machine: its network is the machine's. */
  cluster: ({ verb, input, timeoutMs }: { verb: string; input: unknown; timeoutMs?: number }) => askCluster(verb, input, timeoutMs),
  stackState: async () => ({ running: await askCluster<boolean>('isMember'), startsAtBoot: machine.stackStartsAtBoot }),
  /** Services that run here although the cluster did not start them. */
  async findStrays() {
    const known = await askCluster<string[]>('known');
    return services.running().filter((role) => !known.includes(role));
  },
};

process.stdin.resume().on('end', () => process.kill(-process.pid, 'SIGKILL'));
process.on('SIGTERM', () => void end(0));
await serveVerbs(machine.socket, { ...duties, ...requests });
await askCluster('booted');
if (machine.stackStartsAtBoot) await askCluster('join');
programs.keepWorker();

/** An orderly shutdown: programs end, roles leave, then the membership. A stack that hangs is given up after a time. */
async function end(code: number): Promise<void> {
  if (isEnding) return;
  isEnding = true;
  await programs.end();
  await askCluster('leave', null, leaveTimeoutMs).catch(() => undefined);
  writeDown(shutdownLogFile);
  process.exit(code);
}

function writeDown(log: string): void {
  appendFileSync(join(machine.stateDirectory, log), `${JSON.stringify({ at: new Date().toISOString(), bootId })}\n`);
}

function operationProgram(): string {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return fileURLToPath(new URL(`../../workers/operation-main.${extension}`, import.meta.url));
}
