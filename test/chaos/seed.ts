/** The seed of the fast part: always the same, so that a test that fails fails again. `npm run chaos` takes another each time. */
export const fastSeed = 4711;
