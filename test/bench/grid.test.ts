import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { placeGrid } from './grid.js';
import { usualTools } from './lab.js';
import { summariseLab } from './results.js';
import { labGrids } from './tables.js';

const grid = { name: 'times', title: 'seconds', head: ['tool', 's'], rows: [['cau', '60.0']] };

it('replaces a table of a page between its marks, and nothing else', () => {
  const page = 'Before.\n\n<!-- times -->\n\n| old |\n\n<!-- end -->\n\nBetween.\n\n<!-- ratios -->\n\n<!-- end -->\n';
  expect(placeGrid(page, grid)).toBe(
    'Before.\n\n<!-- times -->\n\n| tool | s |\n| --- | --- |\n| cau | 60.0 |\n\n<!-- end -->\n\nBetween.\n\n<!-- ratios -->\n\n<!-- end -->\n',
  );
});

it('refuses a page that has no place for the table', () => {
  expect(() => placeGrid('Nothing here.', grid)).toThrow('no place for the table "times"');
});

it('the page of the comparison has a place for every table that the lab gives by itself', () => {
  const run = { ms: 1000, phases: [], interruptions: [], software: [] };
  const grids = labGrids(summariseLab(new Map(usualTools.map((tool) => [tool, [run]]))));
  const page = readFileSync(new URL('../../docs/comparison.md', import.meta.url), 'utf8');
  expect(grids.filter(({ name }) => !page.includes(`<!-- ${name} -->`))).toEqual([]);
});
