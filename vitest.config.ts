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
    // Whole runs start a dozen processes each, and wait half of the time: more at once than there are cores keep them busy.
    maxWorkers: 5,
    // A whole run takes seconds on a machine of its own, and a minute where others want the processor.
    testTimeout: 180_000,
    // What is observed may take as long; the test itself says how long at most.
    expect: { poll: { timeout: 60_000 } },
    hookTimeout: 120_000,
    teardownTimeout: 20_000,
  },
});
