/** An event as a line for eyes. */
import type { RunEvent } from '../../domain/events.js';
import { createPaint } from './paint.js';

/** Time, number, node or run, and what happened; warnings are yellow, errors red. */
export function renderEvent({ at, number, level, node, message }: RunEvent, colours: boolean): string {
  const paint = createPaint(colours);
  const plain = (words: string) => words;
  const colour = level === 'error' ? paint.red : level === 'warning' ? paint.yellow : plain;
  return `${paint.dim(at.slice(0, 19).replace('T', ' '))}  ${number}  ${(node ?? 'run').padEnd(8)}  ${colour(message.replaceAll(/\s+/g, ' '))}`;
}
