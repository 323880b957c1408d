/** The compiled product: what machines, workers and coordinators of tests run. */
import { execa } from 'execa';
import { fileURLToPath } from 'node:url';
import type * as Simulated from '../../clusters/simulated/simulated-cluster.js';

const root = new URL('../../', import.meta.url);
const dist = new URL('dist/', root);

/** The compiled command line. */
export const cauProgram = fileURLToPath(new URL('cli/main.js', dist));

/** Compiles, so that nothing that tests start is older than the sources. */
export async function buildProduct(): Promise<void> {
  await execa('npm', ['run', '--silent', 'build'], { cwd: root, stdin: 'ignore' });
}

/** The compiled simulated cluster: its machines are processes of the compiled code. */
export async function importSimulatedCluster(): Promise<typeof Simulated> {
  return (await import(new URL('clusters/simulated/simulated-cluster.js', dist).href)) as typeof Simulated;
}

/** An Update Coordinator as a process; `env` tells it its Temporal service and task queue. */
export function startCoordinator(env: Readonly<Record<string, string>>, stderr: 'ignore' | 'inherit' = 'ignore') {
  return execa(process.execPath, [cauProgram, 'serve', 'coordinator'], { env, stdin: 'ignore', stdout: 'ignore', stderr, reject: false });
}
