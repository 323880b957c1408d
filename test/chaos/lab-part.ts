/** The part of the chaos suite on real Pacemaker clusters: what befalls runs there, on four nodes and on two. */
import { execa } from 'execa';
import { fileURLToPath } from 'node:url';
import { withEndings, type Endings } from '../helpers/endings.js';

const root = new URL('../../', import.meta.url);
const vitest = fileURLToPath(new URL('node_modules/vitest/vitest.mjs', root));
const files = ['faults', 'kills', 'kills-beside', 'interference'].map((name) => `test/lab-tests/${name}.test.ts`);
const sizes = [4, 2] as const;

/** Whether nothing of it failed; null when it is left out, since nobody but root can do it. */
export async function tormentLab(endings: Endings, progress: (line: string) => void): Promise<boolean | null> {
  if (process.getuid?.() !== 0) {
    progress('the lab part is left out: real clusters need root');
    return null;
  }
  let isWell = true;
  for (const size of sizes) {
    progress(`on real clusters of ${size} nodes`);
    isWell = (await testOn(size, endings)) && isWell;
  }
  return isWell;
}

function testOn(size: number, endings: Endings): Promise<boolean> {
  return withEndings(endings, async (own) => {
    const env = { CAU_LAB_NODES: String(size) };
    // Standard output has the table at the end, and nothing else.
    const tests = execa(process.execPath, [vitest, 'run', '--config', 'vitest.lab.config.ts', ...files], {
      cwd: root,
      env,
      stdin: 'ignore',
      stdout: 2,
      stderr: 2,
      reject: false,
    });
    await own.add(async () => {
      tests.kill('SIGTERM');
      await tests;
    });
    return (await tests).exitCode === 0;
  });
}
