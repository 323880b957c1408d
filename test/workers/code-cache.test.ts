import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadWithCodeCache, writeCodeCache } from '../../workers/code-cache.js';

interface Program {
  greet(): string;
  late(): Promise<{ readonly word: string }>;
}

let directory: string;
let file: string;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'cau-code-'));
  file = join(directory, 'program.cjs');
  writeFileSync(join(directory, 'late.mjs'), `export const word = 'late';`);
  writeFileSync(
    file,
    `const { basename } = require('node:path');
     exports.greet = () => 'hello from ' + basename(__filename);
     exports.late = () => importLate('./late.mjs');`,
  );
  await writeCodeCache(file, async (exports) => (exports as Program).greet());
});
afterEach(() => rmSync(directory, { recursive: true }));

const load = () => loadWithCodeCache(file) as Program;

describe('a program whose compiled code was kept', () => {
  it('is the same program, and finds its late parts beside it', async () => {
    expect(load().greet()).toBe('hello from program.cjs');
    expect(await load().late()).toMatchObject({ word: 'late' });
  });

  it.each([
    ['is damaged', 'no code of V8'],
    ['is empty', ''],
  ])('is compiled anew where what was kept %s', (_case, kept) => {
    writeFileSync(`${file}.cache`, kept);
    expect(load().greet()).toBe('hello from program.cjs');
  });

  it('is compiled anew where nothing was kept', () => {
    rmSync(`${file}.cache`);
    expect(load().greet()).toBe('hello from program.cjs');
  });
});
