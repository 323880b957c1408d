import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { renderPages } from '../../docs/pages.js';

describe('the generated pages of the documentation', () => {
  it.each(Object.entries(renderPages()))('%s says what the code says ("npm run docs" writes it)', async (name, text) => {
    expect(await readFile(new URL(`../../docs/${name}`, import.meta.url), 'utf8')).toBe(text);
  });
});
