/** The workflow code as one bundle, built ahead of time: building it at start would make every failover 2 s slower. */
import { bundleWorkflowCode } from '@temporalio/worker';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { findPackage } from './package-root.js';

// Seen from this module and from the program that it is taken into alike.
const builtFile = new URL('../workers/workflow-bundle.cjs', import.meta.url);

/** The bundle that the build left beside this file, or one made now from the sources. */
export async function findWorkflowBundle(): Promise<{ codePath: string } | { code: string }> {
  return existsSync(builtFile) ? { codePath: fileURLToPath(builtFile) } : createWorkflowBundle();
}

/** Names the workflow code: two bundles with the same name repeat each other's histories. */
export async function buildIdOf(bundle: { codePath: string } | { code: string }): Promise<string> {
  const code = 'code' in bundle ? bundle.code : await readFile(bundle.codePath, 'utf8');
  return `${findPackage().version}+${createHash('sha256').update(code).digest('hex').slice(0, 12)}`;
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
