/** What to change in a given CIB so that a node is held, released or kept. Pure; an empty list means that it is so. */
import type { Duration } from '../../domain/duration.js';
import { CauError } from '../../domain/errors.js';
import { isSameRun, type RunReference } from '../../domain/names.js';
import { asRemedy, standbyByWish, wayOutOfStandby } from '../../domain/operators-wish.js';
import { defaultOptions } from '../../domain/options.js';
import type { HoldTerms } from '../../domain/ports/cluster-driver.js';
import type { Cib, CibNode } from './cib.js';
import { quoted, type CibEdit } from './cib-edits.js';
import { findHold, foreignStandbys, hasOperatorStandby, holdElement, holdNames, holdSetId, keptElement, ownStandbyElement } from './holds.js';
import { requireNoForeignLease } from './lease.js';
import { preferenceEdits, removePreferences } from './own-constraints.js';

/**
 * The change that holds a node for a run. A `standby=off` that an operator's tool left behind goes in the same change:
 * with two standby attributes `crm_standby` could neither set nor delete any (Pacemaker answers 109, or 0 for nothing).
 * An operator's `standby=on` that is to stay is relied upon instead, for the same reason; one until the next boot stands elsewhere
 * and may go in the middle of the work, so that our own is set beside it. A node that is kept on purpose is not being worked on, so it
 * does not count towards `limit`.
 * @throws CauError see `ClusterDriver.hold`
 */
export function decideHold(
  cib: Cib,
  nodeName: string,
  run: RunReference,
  limit: number,
  releaseAfter: Duration = defaultOptions.releaseAfter,
  terms: HoldTerms = { includeStandby: false, serving: false },
): CibEdit[] {
  const node = requireMember(cib, nodeName);
  const hold = findHold(node);
  if (hold !== null && !isSameRun(hold.run, run)) {
    throw new CauError('ClusterBusy', `${nodeName} is held by another run, ${hold.run.workflowId}.`, { where: nodeName, facts: { holder: { ...hold.run } } });
  }
  if (hold !== null && !hold.intact) {
    throw new CauError('HoldBroken', `Somebody lifted the standby that the run had set on ${nodeName}.`, { where: nodeName });
  }
  const steer = terms.steering === undefined ? [] : preferenceEdits(cib, node, terms.steering);
  if (hold !== null) return hold.standby === 'none' && !terms.serving ? [...stopServing(cib, node), ...steer] : [];
  const isWished = hasOperatorStandby(cib, node);
  if (isWished && !terms.includeStandby)
    throw new CauError('RefusedByOperator', `${nodeName} is ${standbyByWish}.`, { where: nodeName, remedy: asRemedy(wayOutOfStandby(nodeName)) });
  // A run that was away for so long that its lease was dropped may find another run at work.
  requireNoForeignLease(cib, run, nodeName);
  requireRoom(cib, nodeName, limit);
  const merge = (relies: 'own' | 'operators' | 'none'): CibEdit => ({ kind: 'merge', section: 'nodes', element: holdElement(node, run, releaseAfter, relies) });
  if (foreignStandbys(node).some((pair) => pair.on)) return [merge('operators')];
  return terms.serving && !isWished ? [merge('none')] : [...removeLeftovers(node), merge('own'), ...steer];
}

/** What was held while it served goes into standby. @throws CauError `HoldBroken` when an operator has put it there meanwhile */
function stopServing(cib: Cib, node: CibNode): CibEdit[] {
  if (hasOperatorStandby(cib, node))
    throw new CauError('HoldBroken', `An operator has put ${node.name} in standby while the run worked on it.`, { where: node.name });
  return [...removeLeftovers(node), { kind: 'merge', section: 'nodes', element: ownStandbyElement(node) }];
}

/** The change that ends a run's hold, and its preferences with it; conditional on its owner once more in the change itself. */
export function decideRelease(cib: Cib, nodeName: string, run: RunReference): CibEdit[] {
  const node = cib.nodes.find((candidate) => candidate.name === nodeName);
  const hold = node === undefined ? null : findHold(node);
  if (node === undefined || hold === null || !isSameRun(hold.run, run)) return [];
  const owner = `nvpair[@name=${quoted(holdNames.owner)} and @value=${quoted(run.firstExecutionRunId)}]`;
  return [
    { kind: 'remove', xpath: `//nodes/node[@id=${quoted(node.id)}]/instance_attributes[@id=${quoted(holdSetId(node.id))}][${owner}]` },
    ...removePreferences(cib, node),
  ];
}

/**
 * The change that records why a run's hold is kept; nobody comes to take its preferences away any more.
 * @throws CauError `NodeVanished`
 */
export function decideKeep(cib: Cib, nodeName: string, run: RunReference, reason: string): CibEdit[] {
  const node = requireMember(cib, nodeName);
  const hold = findHold(node);
  const words = toWritable(reason);
  if (hold === null || !isSameRun(hold.run, run) || hold.kept === words) return [];
  return [{ kind: 'merge', section: 'nodes', element: keptElement(node, words) }, ...removePreferences(cib, node)];
}

/** Without what XML cannot hold: a reason with it, such as the output of a package, would never be read back as it was written. */
function toWritable(reason: string): string {
  return reason
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .replaceAll(/[\p{Cs}\uFFFE\uFFFF]/gu, '\uFFFD');
}

function requireMember(cib: Cib, name: string): CibNode {
  const node = cib.nodes.find((candidate) => candidate.name === name);
  if (node?.isMember === true) return node;
  throw new CauError('NodeVanished', `${name} is ${node === undefined ? 'no node' : 'a remote node and no member'} of this cluster.`, { where: name });
}

function requireRoom(cib: Cib, nodeName: string, limit: number): void {
  const others = cib.nodes.flatMap((node) => {
    const hold = node.name === nodeName ? null : findHold(node);
    return hold === null || hold.kept !== null ? [] : [{ node: node.name, run: { ...hold.run } }];
  });
  const [first] = others;
  if (first === undefined || others.length < limit) return;
  throw new CauError('ClusterBusy', `${others.map((other) => other.node).join(', ')} is being worked on already, and at most ${limit} may be at a time.`, {
    where: nodeName,
    facts: { holder: first.run, held: others.map((other) => other.node), limit },
  });
}

function removeLeftovers(node: CibNode): CibEdit[] {
  return foreignStandbys(node).map(({ setId, id }) => ({
    kind: 'remove',
    xpath: `//nodes/node[@id=${quoted(node.id)}]/instance_attributes[@id=${quoted(setId)}]/nvpair[@id=${quoted(id)}]`,
  }));
}
