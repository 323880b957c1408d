import { defineConfig } from 'vitest/config';
import { reportersFor } from './test/result-files.js';

/** The fast part of the chaos suite; `npm run chaos` runs all of it. Needs no root. */
export default defineConfig({
  test: {
    include: ['test/chaos/**/*.test.ts'],
    reporters: reportersFor('chaos'),
    globalSetup: ['test/chaos/global-setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 300_000,
    expect: { poll: { timeout: 60_000 } },
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
  },
});
