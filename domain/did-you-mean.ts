/** Which of the known names a misspelled one was meant to be. */

/** The known name that is nearest, or null when none is near: as many letters may differ as a third of the longer name has, three at most. */
export function findNearest(name: string, known: readonly string[]): string | null {
  let nearest: { readonly name: string; readonly edits: number } | null = null;
  for (const candidate of known) {
    const most = Math.min(3, Math.floor(Math.max(name.length, candidate.length) / 3));
    // Whatever is sent may be a name; its length alone tells that most of it is not near.
    if (Math.abs(name.length - candidate.length) > most) continue;
    const edits = editsBetween(name.toLowerCase(), candidate.toLowerCase());
    if (edits <= most && (nearest === null || edits < nearest.edits)) nearest = { name: candidate, edits };
  }
  return nearest?.name ?? null;
}

/** How many letters must be added, left out or changed (Levenshtein), row by row. */
function editsBetween(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (const [above, letter] of [...left].entries()) {
    const next = [above + 1];
    for (const [index, other] of [...right].entries())
      next.push(Math.min((row[index + 1] ?? 0) + 1, (next[index] ?? 0) + 1, (row[index] ?? 0) + (letter === other ? 0 : 1)));
    row = next;
  }
  return row[right.length] ?? 0;
}
