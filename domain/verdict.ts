/** How a decision answers: never a bare boolean. */
import type { Failure } from './errors.js';

/**
 * `met`; `waiting` with what is missing, which may pass by itself; or `impossible` with the failure that ends the wait.
 */
export type Verdict =
  | { readonly state: 'met' }
  | { readonly state: 'waiting'; readonly reasons: readonly string[] }
  | { readonly state: 'impossible'; readonly failure: Failure };

/** `met` when there is no reason to wait. */
export function verdictOf(reasons: readonly string[]): Verdict {
  return reasons.length === 0 ? { state: 'met' } : { state: 'waiting', reasons };
}

/** The reasons in one line; empty for `met`. */
export function renderVerdict(verdict: Verdict): string {
  switch (verdict.state) {
    case 'met':
      return '';
    case 'waiting':
      return verdict.reasons.join('; ');
    case 'impossible':
      return verdict.failure.message;
  }
}
