/** Build step, after the compiler: what is better loaded as one file is made one. */
import { build, type BuildOptions, type Plugin } from 'esbuild';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeCodeCache } from './code-cache.js';
import { createWorkflowBundle, workflowBundlePath } from './workflow-bundle.js';

const program = fileURLToPath(new URL('../cli/program.js', import.meta.url));
const programFile = program.replace(/js$/, 'cjs');
const takenIn = ['./serve-node.js', './coordinator.js'].map((worker) => fileURLToPath(new URL(worker, import.meta.url)));
const operation = fileURLToPath(new URL('./operation-main.js', import.meta.url));

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

/** A third less to read at each start, and all of it ASCII, which V8 keeps in half the room; names stay, for stack traces. */
const small = { minifyWhitespace: true, supported: { 'template-literal': false }, lineLimit: 160, legalComments: 'external' } as const;

const { code } = await createWorkflowBundle();
await writeFile(workflowBundlePath, code);
await makeOneFile(program, {
  outfile: programFile,
  format: 'cjs',
  plugins: [lateParts, noBundler, ownPlaces],
  define: { 'import.meta.url': 'importMetaUrl' },
  ...small,
  banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
});
await writeCodeCache(programFile, (exports) => {
  const { loadCoordinator, loadNodeWorker } = exports as Record<'loadCoordinator' | 'loadNodeWorker', () => Promise<unknown>>;
  return Promise.all([loadCoordinator(), loadNodeWorker()]);
});
await makeOneFile(operation, {
  outfile: operation,
  format: 'esm',
  // Some libraries in it are CommonJS and ask for Node's own modules and for their own place.
  banner: {
    js: [
      "import { createRequire as createRequireOfBundle } from 'node:module';",
      'const require = createRequireOfBundle(import.meta.url);',
      'const { filename: __filename, dirname: __dirname } = import.meta;',
    ].join('\n'),
  },
});

async function makeOneFile(file: string, options: BuildOptions): Promise<void> {
  await build({ entryPoints: [file], allowOverwrite: true, bundle: true, platform: 'node', target: 'node20', logLevel: 'error', ...options });
}
