import { defineConfig } from 'vitest/config';

/** `npm run histories`: records anew what `test/histories/replay.test.ts` replays. Needs no root. */
export default defineConfig({
  test: {
    include: ['test/histories/record.ts', 'test/histories/record-chosen.ts'],
    globalSetup: ['test/global-setup.ts'],
    pool: 'forks',
    testTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
    hookTimeout: 60_000,
    teardownTimeout: 20_000,
  },
});
