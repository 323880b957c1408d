import { defineConfig } from 'vitest/config';
import { reportersFor } from './test/result-files.js';

/** All tests that need no root. Lab tests have their own configuration. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/lab-tests/**', 'test/chaos/**'],
    reporters: reportersFor('tests'),
    globalSetup: ['test/global-setup.ts'],
    pool: 'forks',
    // Whole runs start a dozen processes each; more of them at once than cores only makes all of them late.
    maxWorkers: 2,
    // A whole run takes seconds on a machine of its own, and a minute where others want the processor.
    testTimeout: 180_000,
    hookTimeout: 120_000,
    teardownTimeout: 20_000,
  },
});
