/** Waiting for what can be observed. */

/** Asks again at once, with a breath between. @throws Error when it is never so within that time, or as `isSo` */
export async function untilSo(isSo: () => boolean | Promise<boolean>, patienceMs: number): Promise<void> {
  for (const giveUpAt = Date.now() + patienceMs; !(await isSo()); await new Promise((resolve) => setTimeout(resolve, 10)))
    if (Date.now() > giveUpAt) throw new Error(`never so within ${patienceMs / 1000} s`);
}
