/** What troubles came to, for eyes. */
import type { Grid } from '../grid.js';
import { troubles, type TroubleResult } from './troubles.js';

/** A table for each trouble: what was seen, of each tool. */
export function troubleGrids(results: readonly TroubleResult[]): Grid[] {
  return troubles.flatMap((trouble) => {
    const own = results.filter((result) => result.trouble === trouble);
    const [first] = own;
    if (first === undefined) return [];
    const rows = Object.keys(first.facts).map((fact) => [fact, ...own.map(({ facts }) => facts[fact] ?? '-')]);
    return [{ name: trouble, title: trouble, head: ['', ...own.map(({ tool }) => tool)], rows }];
  });
}
