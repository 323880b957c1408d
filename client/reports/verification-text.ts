/** A verification for eyes: a line per invariant, with the evidence under those that do not hold. */
import type { InvariantFinding } from '../../domain/verify/finding.js';
import type { Verification } from '../../domain/verify/verify-run.js';
import { createPaint, type Paint } from './paint.js';

const words: Readonly<Record<InvariantFinding['state'], string>> = { holds: 'holds', broken: 'BROKEN', cannotTell: 'cannot be told' };
const verdicts: Readonly<Record<InvariantFinding['state'], string>> = {
  holds: 'every promise was kept',
  broken: 'a promise was broken',
  cannotTell: 'nothing contradicts the run, and not everything can be told',
};

/** The verification as text; `colours` for a terminal. */
export function renderVerification(verification: Verification, colours: boolean): string {
  const paint = createPaint(colours);
  const { run, cluster, at, state, findings, witnesses, silent } = verification;
  return [
    `${paint.bold(`Verification of run ${run.workflowId}`)} of cluster ${cluster}: ${paint[colourOf(state)](verdicts[state])}`,
    paint.dim(`${at}, by the records of ${witnesses.join(', ') || 'no node'}`),
    '',
    ...findings.flatMap((finding) => renderFinding(finding, paint)),
    ...(silent.length === 0 ? [] : ['', 'Without an answer:', ...silent.map(({ node, why }) => `  ${node}: ${why}`)]),
  ].join('\n');
}

function renderFinding({ invariant, id, title, state, broken, unknown, basis }: InvariantFinding, paint: Paint): string[] {
  return [
    `${invariant}  ${paint[colourOf(state)](words[state].padEnd(14))}  ${title} ${paint.dim(`[${id}]`)}`,
    paint.dim(`                   looked at: ${basis}`),
    ...broken.map((line) => `      ${paint.red('contradicted:')} ${line}`),
    ...unknown.map((line) => `      ${paint.yellow('not to be told:')} ${line}`),
  ];
}

function colourOf(state: InvariantFinding['state']): 'green' | 'yellow' | 'red' {
  return state === 'holds' ? 'green' : state === 'broken' ? 'red' : 'yellow';
}
