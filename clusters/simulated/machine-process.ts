/** The process of a simulated machine, as its power supply sees it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { restartExitCode } from './model.js';
import { groupsBelow } from './process-groups.js';

const groupEndMs = 3000;
const lookMs = 10;

export interface MachineProcess {
  /** Switches it on, if it is off. */
  start(): void;
  /** Cuts the power: the machine and everything on it is gone when this resolves. */
  cutPower(): Promise<void>;
}

/** @param onExit told whether the machine restarts by its own wish */
export function createMachineProcess(machineFile: string, onExit: (isRestart: boolean) => void): MachineProcess {
  let running: { readonly child: ChildProcess; readonly ended: Promise<void> } | null = null;
  return {
    start() {
      if (running !== null) return;
      // A process group of its own, so that a power cut takes everything on the machine. It sees the end of its
      // standard input when this process dies, and then ends too.
      const child = spawn(process.execPath, [...runtimeFlags(), machineProgram(), machineFile], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
      const ended = new Promise<void>((resolve) => {
        child.once('exit', (code) => {
          running = null;
          void endGroup(child.pid).then(() => {
            resolve();
            onExit(code === restartExitCode);
          });
        });
      });
      running = { child, ended };
    },
    async cutPower() {
      if (running === null) return;
      const { child, ended } = running;
      const others = child.pid === undefined ? [] : groupsBelow(child.pid);
      for (const group of [child.pid, ...others]) signalGroup(group, 'SIGKILL');
      await ended;
    },
  };
}

/** Kills what is left of a machine whose own process has ended, and waits until it is gone. */
async function endGroup(pid: number | undefined): Promise<void> {
  const giveUpAt = Date.now() + groupEndMs;
  while (signalGroup(pid, 'SIGKILL') && Date.now() < giveUpAt) await delay(lookMs);
}

/** Whether there is such a group. */
function signalGroup(pid: number | undefined, signal: NodeJS.Signals): boolean {
  if (pid === undefined) return false;
  try {
    return process.kill(-pid, signal);
  } catch {
    return false;
  }
}

const isSource = import.meta.url.endsWith('.ts');

/** From sources, Node needs the loader that this process may have been given in another way. */
function runtimeFlags(): string[] {
  return isSource ? ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href] : [];
}

function machineProgram(): string {
  return fileURLToPath(new URL(`./machine-main.${isSource ? 'ts' : 'js'}`, import.meta.url));
}
