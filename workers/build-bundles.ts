/** Build step, after the compiler: what is better loaded as one file is made one. */
import { build, type Plugin } from 'esbuild';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeCodeCache } from './code-cache.js';
import { createWorkflowBundle, workflowBundlePath } from './workflow-bundle.js';

const program = fileURLToPath(new URL('../cli/program.js', import.meta.url));
const takenIn = ['./serve-node.js', './coordinator.js'].map((worker) => fileURLToPath(new URL(worker, import.meta.url)));
const operation = fileURLToPath(new URL('./operation.js', import.meta.url));

/**
 * What only some commands need stays beside the program, as its modules: `importLate` is given to it by
 * `code-cache.ts`. Only the workers are taken in, since they start when something waits for them: the node worker on
 * every boot of a node, the Update Coordinator where another one died.
 */
const lateParts: Plugin = {
  name: 'late-parts',
  setup({ onLoad }) {
    onLoad({ filter: /\/cli\/commands\/[^/]+\.js$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replace(/\bimport\('([^']+)'\)/g, (whole, specifier: string) => {
        const target = resolve(dirname(path), specifier);
        return takenIn.includes(target) ? whole : `importLate('${relative(dirname(program), target)}')`;
      }),
    }));
  },
};

/** The workflow code is bundled here, so no worker needs the bundler for it, which is half of the Temporal library's start. */
const noBundler: Plugin = {
  name: 'no-bundler',
  setup({ onLoad }) {
    onLoad({ filter: /@temporalio\/worker\/lib\/(?:workflow\/bundler|debug-replayer\/index)\.js$/ }, () => ({
      contents: 'module.exports = { defaultWorkflowInterceptorModules: [] };',
    }));
  },
};

/** What finds files beside itself stays where it was installed: native code, the threads for workflows, the reader of source maps. */
const ownPlaces: Plugin = {
  name: 'own-places',
  setup({ onResolve }) {
    const stays = (filter: RegExp, from: RegExp, path: string) =>
      onResolve({ filter }, ({ importer }) => (from.test(importer) ? { path, external: true } : undefined));
    stays(/^\.\/common$/, /@temporalio\/core-bridge\/index\.js$/, '@temporalio/core-bridge/common.js');
    stays(/^\.\/workflow-worker-thread$/, /@temporalio\/worker/, '@temporalio/worker/lib/workflow/workflow-worker-thread.js');
    stays(/^source-map$/, /@temporalio\/worker/, 'source-map');
  },
};

const { code } = await createWorkflowBundle();
await writeFile(workflowBundlePath, code);
await writeCodeCache(await makeOneFile(program, [lateParts, noBundler, ownPlaces]), (exports) => {
  const { loadCoordinator, loadNodeWorker } = exports as Record<'loadCoordinator' | 'loadNodeWorker', () => Promise<unknown>>;
  return Promise.all([loadCoordinator(), loadNodeWorker()]);
});
await writeCodeCache(await makeOneFile(operation), () => Promise.resolve());

/** Makes a CommonJS file beside the module, and answers its path. */
async function makeOneFile(file: string, plugins: Plugin[] = []): Promise<string> {
  const outfile = file.replace(/js$/, 'cjs');
  await build({
    entryPoints: [file],
    outfile,
    plugins,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    logLevel: 'error',
    define: { 'import.meta.url': 'importMetaUrl' },
    banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
    // A third less to read at each start, and all of it ASCII, which V8 keeps in half the room; names stay, for stack traces.
    minifyWhitespace: true,
    supported: { 'template-literal': false },
    lineLimit: 160,
    legalComments: 'external',
  });
  return outfile;
}
