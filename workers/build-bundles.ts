/** Build step, after the compiler: what is better loaded as one file is made one. */
import { build } from 'esbuild';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createWorkflowBundle, workflowBundlePath } from './workflow-bundle.js';

const operation = fileURLToPath(new URL('./operation-main.js', import.meta.url));

const { code } = await createWorkflowBundle();
await writeFile(workflowBundlePath, code);

// The process of an operation is started while its node is out of service: as one file it is there in a third of the time.
await build({
  entryPoints: [operation],
  outfile: operation,
  allowOverwrite: true,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  logLevel: 'error',
  // Some libraries in it are CommonJS and ask for Node's own modules.
  banner: { js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);" },
});
