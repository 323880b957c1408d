/** Build step: writes the workflow bundle beside the compiled workers, unless the compiled workflows are older than it. */
import { stat, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createWorkflowBundle, workflowBundlePath } from './workflow-bundle.js';

const modified = async (path: string) => (await stat(path).catch(() => null))?.mtimeMs ?? 0;
const compiled = fileURLToPath(new URL('../.tsbuildinfo', import.meta.url));

if ((await modified(workflowBundlePath)) < (await modified(compiled))) {
  const { code } = await createWorkflowBundle();
  await writeFile(workflowBundlePath, code);
}
