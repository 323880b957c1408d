import { expect, it } from 'vitest';
import { placeGrid } from './grid.js';

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
