/** Build step, after the compiler: what is better loaded as one file is made one. */
import { build, type Plugin } from 'esbuild';
import { writeFile } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createWorkflowBundle, workflowBundlePath } from './workflow-bundle.js';

const program = fileURLToPath(new URL('../cli/main.js', import.meta.url));
const nodeWorker = fileURLToPath(new URL('./serve-node.js', import.meta.url));
const operation = fileURLToPath(new URL('./operation-main.js', import.meta.url));

/**
 * What the command line loads only for some of its commands stays beside it: an Update Coordinator runs workflows in
 * threads, which the Temporal library starts from files of its own. The node worker alone is taken in, since it starts on
 * every boot of a node while that is out of service.
 */
const lateParts: Plugin = {
  name: 'late-parts',
  setup({ onResolve }) {
    onResolve({ filter: /^\./ }, ({ kind, path, resolveDir }) => {
      const target = resolve(resolveDir, path);
      if (kind !== 'dynamic-import' || target === nodeWorker) return undefined;
      return { path: relative(dirname(program), target), external: true };
    });
  },
};

/** A node worker executes no workflows, so it needs no bundler for them, which is half of the Temporal library's start. */
const noWorkflows: Plugin = {
  name: 'no-workflows',
  setup({ onLoad }) {
    onLoad({ filter: /@temporalio\/worker\/lib\/(?:workflow\/bundler|debug-replayer\/index)\.js$/ }, () => ({ contents: 'module.exports = {};' }));
  },
};

/** The Temporal library's native code stays where it was installed: the module that finds it goes by its own place. */
const nativeCode: Plugin = {
  name: 'native-code',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/common$/ }, ({ importer }) =>
      importer.endsWith('@temporalio/core-bridge/index.js') ? { path: '@temporalio/core-bridge/common.js', external: true } : undefined,
    );
  },
};

const { code } = await createWorkflowBundle();
await writeFile(workflowBundlePath, code);
await makeOneFile(program, [lateParts, noWorkflows, nativeCode]);
await makeOneFile(operation, []);

async function makeOneFile(file: string, plugins: Plugin[]): Promise<void> {
  await build({
    entryPoints: [file],
    outfile: file,
    allowOverwrite: true,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
    plugins,
    // Some libraries in it are CommonJS and ask for Node's own modules and for their own place.
    banner: {
      js: [
        "import { createRequire as createRequireOfBundle } from 'node:module';",
        'const require = createRequireOfBundle(import.meta.url);',
        'const { filename: __filename, dirname: __dirname } = import.meta;',
      ].join('\n'),
    },
  });
}
