import { defineConfig } from 'vitest/config';

/** All tests that need no root. Lab tests have their own configuration. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/lab/**', 'test/lab-tests/**', 'test/chaos/**', 'test/bench/**'],
    globalSetup: ['test/global-setup.ts'],
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 600_000,
    teardownTimeout: 20_000,
  },
});
