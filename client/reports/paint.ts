/** Colours, where there is a terminal that shows them. */
import pc from 'picocolors';
import type { NodeOutcome, RunOutcome } from '../../domain/outcomes.js';

/** Makes a text bold, dim or coloured; without colours it stays as it is. */
export type Paint = Pick<ReturnType<typeof pc.createColors>, 'bold' | 'dim' | 'red' | 'yellow' | 'green' | 'cyan'>;

/** Real colours, or none. */
export function createPaint(colours: boolean): Paint {
  return pc.createColors(colours);
}

/** Whether a stream shows colours: a terminal, and nobody set NO_COLOR. */
export function showsColours(stream: { readonly isTTY?: boolean }): boolean {
  return stream.isTTY === true && (process.env['NO_COLOR'] ?? '') === '';
}

/** Green for well, yellow for look at it, red for failed. */
export function outcomeColour(outcome: RunOutcome | NodeOutcome): 'green' | 'yellow' | 'red' {
  switch (outcome) {
    case 'Succeeded':
    case 'UpToDate':
      return 'green';
    case 'Canceled':
    case 'Skipped':
      return 'yellow';
    case 'Failed':
    case 'PartiallyFailed':
    case 'NeedsAttention':
      return 'red';
  }
}
