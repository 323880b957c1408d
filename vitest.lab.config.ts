import { defineConfig } from 'vitest/config';
import { reportersFor } from './test/result-files.js';

/** Tests on real Pacemaker clusters, as root. A lab waits more than it works, so two files run side by side, each on a lab of its own. */
export default defineConfig({
  test: {
    include: ['test/lab-tests/**/*.test.ts'],
    reporters: reportersFor('lab-tests'),
    globalSetup: ['test/lab-tests/global-setup.ts', 'test/global-setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 300_000,
    expect: { poll: { timeout: 60_000 } },
    hookTimeout: 300_000,
    teardownTimeout: 30_000,
  },
});
