/** Build step: writes the workflow bundle beside the compiled workers. */
import { writeFile } from 'node:fs/promises';
import { createWorkflowBundle, workflowBundlePath } from './workflow-bundle.js';

const { code } = await createWorkflowBundle();
await writeFile(workflowBundlePath, code);
