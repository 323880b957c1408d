import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { eventCatalogue } from '../../domain/events.js';
import { defaultOptions } from '../../domain/options.js';

let page: string;
beforeAll(async () => {
  page = await readFile(new URL('../../docs/from-cau.md', import.meta.url), 'utf8');
});

describe('the page for those who come from CAU', () => {
  it('names every option: beside the one of CAU, or as new', () => {
    const options = page.slice(page.indexOf('\n## Options\n'), page.indexOf('\n## Results\n'));
    const named = new Set([...options.matchAll(/`(\w+)(?:`|: )/g)].map(([, name]) => name));
    expect(Object.keys(defaultOptions).filter((name) => !named.has(name))).toEqual([]);
  });

  it('says of each number of CAU when it is told here, or why it is not', () => {
    const numbers = Array.from({ length: 23 }, (_, index) => 1001 + index);
    expect([...page.matchAll(/^\| (1\d{3}) +\|/gm)].map(([, number]) => Number(number))).toEqual(numbers);
    const told = Object.values(eventCatalogue).flatMap(({ number }) => (number < 2000 ? [number] : []));
    expect(told.filter((number) => !numbers.includes(number))).toEqual([]);
  });
});
