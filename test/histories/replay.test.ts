import { Worker } from '@temporalio/worker';
import { beforeAll, describe, expect, it } from 'vitest';
import { createWorkflowBundle } from '../../workers/workflow-bundle.js';
import { installRuntime } from '../../workers/runtime.js';
import { readRecordedPaths, type RecordedPath } from './histories.js';

const paths = await readRecordedPaths();
let code: string;
beforeAll(async () => {
  installRuntime();
  ({ code } = await createWorkflowBundle());
});

/** The workflows of the path that this workflow code does not repeat, and why. */
async function failuresOf({ workflows }: RecordedPath, workflowBundle = { code }): Promise<string[]> {
  const failures: string[] = [];
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle }, workflows)) {
    if (error !== undefined) failures.push(`${workflowId}: ${error.message}`);
  }
  return failures;
}

describe('a run that is under way while this version is installed goes on, for every path that a run can take', () => {
  it.each(paths)('$path', async (path) => {
    expect(path.workflows.length).toBeGreaterThan(0);
    expect(await failuresOf(path), 'Put the change behind patched(); record anew ("npm run histories") only when no released version began such runs.').toEqual(
      [],
    );
  });

  it('and a change that would break it is noticed here', async () => {
    const success = paths.find(({ path }) => path === 'success');
    expect(success).toBeDefined();
    const failures = await failuresOf(success as RecordedPath, { code: code.replaceAll('takeLease', 'leaseCluster') });
    expect(failures).toHaveLength(1);
    expect(failures[0]).toMatch(/nondeterminism/i);
  });
});
