/** What decides which bad values are tried: another one each time, and the same one again on request. */

/** Given by `CAU_TEST_SEED`. */
export const seed = Number(process.env['CAU_TEST_SEED'] ?? Date.now() % 2 ** 31);

/** To be called once in a file, so that what was tried can be tried again, also when it did not fail. */
export const printSeed = () => console.log(`bad input: seed ${seed} (CAU_TEST_SEED)`);
