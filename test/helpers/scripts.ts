/** Scripts on the machines of a simulated cluster, put there as an administrator does. */
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type * as Simulated from '../../clusters/simulated/simulated-cluster.js';
import { readMachineFile } from '../../clusters/simulated/model.js';

export interface MachineScripts {
  /** Puts the same script on machines; in it, `$DIR` is a directory of the machine's own. */
  put(name: string, text: string, nodes: readonly string[], mode?: number): Promise<void>;
  /** The lines that scripts of the machine have written to `$DIR/log`. */
  log(node: string): Promise<string[]>;
  /** The directory of scripts of the machine. */
  directory(node: string): string;
}

export function scriptsOf(cluster: Simulated.SimulatedCluster): MachineScripts {
  const state = (node: string) => readMachineFile(cluster.machineFile(node)).stateDirectory;
  const directory = (node: string) => join(state(node), 'scripts');
  return {
    directory,
    async put(name, text, nodes, mode = 0o755) {
      for (const node of nodes) {
        await mkdir(directory(node), { recursive: true, mode: 0o755 });
        await writeFile(join(directory(node), name), `#!/bin/sh\nDIR=$(dirname "$0")/..\n${text}\n`);
        await chmod(join(directory(node), name), mode);
      }
    },
    log: async (node) => (await readFile(join(state(node), 'log'), 'utf8').catch(() => '')).split('\n').filter((line) => line !== ''),
  };
}
