/** A table as data: for eyes on a terminal, and for a page of the documentation. */
import { readFile, writeFile } from 'node:fs/promises';
import { renderTable } from '../../client/reports/table.js';

export interface Grid {
  /** Names the table, also on the page: `<!-- NAME -->` begins its place there and `<!-- end -->` ends it. */
  readonly name: string;
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export function renderGrid({ title, head, rows }: Grid): string {
  return [title, renderTable(head, rows)].join('\n');
}

/** Puts each table into its place on that page. @throws Error when the page has no place for one */
export async function writePage(file: string, grids: readonly Grid[]): Promise<void> {
  let page = await readFile(file, 'utf8');
  for (const grid of grids) page = placeGrid(page, grid);
  await writeFile(file, page);
}

export function placeGrid(page: string, grid: Grid): string {
  const beginning = `<!-- ${grid.name} -->`;
  const from = page.indexOf(beginning);
  const to = page.indexOf('<!-- end -->', from);
  if (from === -1 || to === -1) throw new Error(`the page has no place for the table "${grid.name}"`);
  return `${page.slice(0, from)}${beginning}\n\n${toMarkdown(grid)}\n\n${page.slice(to)}`;
}

function toMarkdown({ head, rows }: Grid): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', '; ')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
