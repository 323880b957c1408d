import { defineConfig } from 'vitest/config';
import { reportersFor } from './test/result-files.js';

/** Tests on a real Pacemaker cluster: as root, one file after another. */
export default defineConfig({
  test: {
    include: ['test/lab-tests/**/*.test.ts'],
    reporters: reportersFor('lab-tests'),
    globalSetup: ['test/global-setup.ts'],
    pool: 'forks',
    maxWorkers: 1,
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 300_000,
    teardownTimeout: 30_000,
  },
});
