/** The process of a simulated machine, as its power supply sees it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The exit code of a machine that restarts. */
const restartExitCode = 133;

export interface MachineProcess {
  /** Switches it on, if it is off. */
  start(): void;
  /** Cuts the power: the machine and everything on it is gone at once. */
  cutPower(): void;
  isOn(): boolean;
}

/** @param onExit told whether the machine restarts by its own wish */
export function createMachineProcess(machineFile: string, onExit: (isRestart: boolean) => void): MachineProcess {
  let child: ChildProcess | null = null;
  const killGroup = (pid: number | undefined) => {
    if (pid === undefined) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // Nothing of it is left.
    }
  };
  return {
    start() {
      if (child !== null) return;
      // A process group of its own, so that a power cut takes everything on the machine.
      const started = spawn(process.execPath, [...runtimeFlags(), machineProgram(), machineFile], { detached: true, stdio: 'ignore' });
      child = started;
      started.on('exit', (code) => {
        killGroup(started.pid);
        child = null;
        onExit(code === restartExitCode);
      });
    },
    cutPower: () => killGroup(child?.pid),
    isOn: () => child !== null,
  };
}

const isSource = import.meta.url.endsWith('.ts');

/** From sources, Node needs the loader that this process may have been given in another way. */
function runtimeFlags(): string[] {
  return isSource ? ['--import', 'tsx'] : [];
}

function machineProgram(): string {
  return fileURLToPath(new URL(`./machine-main.${isSource ? 'ts' : 'js'}`, import.meta.url));
}
