/**
 * Sizes of what crosses the Temporal server. A payload over 2 MiB would hang a run at its very end (the server refuses
 * it and the worker tries again for ever), so every payload has a budget, and what is cut is counted.
 */

/** Budget of any one payload: a quarter of what the server refuses. */
export const payloadBudgetBytes = 512 * 1024;

/** Budget of what the workflow of one node returns to its run. */
export const nodeResultBudgetBytes = 8 * 1024;

/** The bytes of a value as JSON in UTF-8. */
export function payloadBytes(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value) ?? '').length;
}

/** As many leading elements as fit the budget, and how many were cut. */
export function fitList<T>(list: readonly T[], budgetBytes: number): { kept: T[]; cut: number } {
  let bytes = 2;
  const kept: T[] = [];
  for (const element of list) {
    bytes += payloadBytes(element) + 1;
    if (bytes > budgetBytes) break;
    kept.push(element);
  }
  return { kept, cut: list.length - kept.length };
}

/** The first `characters` of a text, with what is cut named; an output's end says more, so `keepEnd` keeps that. */
export function fitText(text: string, characters: number, keep: 'start' | 'end' = 'start'): string {
  if (text.length <= characters) return text;
  const cut = text.length - characters;
  return keep === 'start' ? `${text.slice(0, characters)} … (${cut} more characters)` : `(${cut} characters before) … ${text.slice(-characters)}`;
}
