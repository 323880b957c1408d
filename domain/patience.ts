/**
 * How often to look again at what may take long. Temporal terminates a workflow whose history has 51,200 events, whatever
 * the node at work is like by then; a look costs about ten. So the pauses grow with the time that was waited already.
 */

const shareOfWaited = 0.05;

/** The pause before the next look, in milliseconds: `first` in the beginning, later a twentieth of what was waited, never more than `most`. */
export function pauseMs(waitedMs: number, { first, most }: { readonly first: number; readonly most: number }): number {
  return Math.min(Math.max(first, Math.round(waitedMs * shareOfWaited)), most);
}
