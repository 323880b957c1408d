/** The programs of a machine: the node worker, kept running as by an init system, and operations that outlive it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import type { WorkerCommand } from './model.js';

const workerPauseMs = 100;
const endPatienceMs = 5000;

export interface MachinePrograms {
  /** Starts the worker, again whenever it ends. */
  keepWorker(): void;
  /** Kills the worker at once. Answers its process id, or null when none runs. */
  killWorker(): number | null;
  /** Nothing when an operation of that name is running. */
  startOperation(name: string, specificationFile: string): void;
  isOperationRunning(name: string): boolean;
  /** Asks everything to end and waits for it a short time, as an orderly shutdown does. */
  end(): Promise<void>;
}

/**
 * @param operation the program and leading arguments of an operation; the specification's path follows
 * @param log file descriptor for what the programs print
 */
export function createMachinePrograms(command: WorkerCommand | null, operation: readonly [string, ...string[]], log: number): MachinePrograms {
  const operations = new Map<string, ChildProcess>();
  let worker: ChildProcess | null = null;
  let isEnding = false;
  const keepWorker = (): void => {
    if (command === null || isEnding) return;
    const started = spawn(command.command, command.args, { env: { ...process.env, ...command.env }, stdio: ['ignore', log, log] });
    worker = started;
    // 'close' comes also after a program that could not be started, where 'exit' does not.
    started
      .on('error', () => undefined)
      .on('close', () => {
        worker = null;
        setTimeout(keepWorker, workerPauseMs);
      });
  };
  return {
    keepWorker,
    killWorker() {
      const pid = worker?.pid ?? null;
      worker?.kill('SIGKILL');
      return pid;
    },
    startOperation(name, specificationFile) {
      if (operations.has(name)) return;
      const [program, ...args] = operation;
      const child = spawn(program, [...args, specificationFile], { stdio: ['ignore', log, log] });
      operations.set(name, child);
      child.on('error', () => undefined).on('close', () => operations.delete(name));
    },
    isOperationRunning: (name) => operations.has(name),
    async end() {
      isEnding = true;
      const children = [...(worker === null ? [] : [worker]), ...operations.values()].filter((child) => child.exitCode === null && child.signalCode === null);
      const ends = children.map((child) => new Promise((resolve) => child.once('close', resolve)));
      for (const child of children) child.kill('SIGTERM');
      await Promise.race([Promise.all(ends), delay(endPatienceMs)]);
    },
  };
}
