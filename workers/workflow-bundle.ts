/** The workflow code as one bundle, built ahead of time: building it at start would make every failover 2 s slower. */
import { bundleWorkflowCode } from '@temporalio/worker';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const builtFile = new URL('./workflow-bundle.cjs', import.meta.url);

/** The bundle that the build left beside this file, or one made now from the sources. */
export async function findWorkflowBundle(): Promise<{ codePath: string } | { code: string }> {
  return existsSync(builtFile) ? { codePath: fileURLToPath(builtFile) } : createWorkflowBundle();
}

/** Bundles the workflow code from the sources. */
export async function createWorkflowBundle(): Promise<{ code: string }> {
  return bundleWorkflowCode({ workflowsPath: findModule('index'), payloadConverterPath: findModule('payload-converter'), logger: silent });
}

/** Where the build puts the bundle. */
export const workflowBundlePath = fileURLToPath(builtFile);

/** As source in a checkout, compiled where it is installed. */
function findModule(name: string): string {
  const source = fileURLToPath(new URL(`../workflows/${name}.ts`, import.meta.url));
  return existsSync(source) ? source : fileURLToPath(new URL(`../workflows/${name}.js`, import.meta.url));
}

const ignore = () => undefined;
const silent = { log: ignore, trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore };
