/**
 * Holds in the CIB: one set of attributes of our own per node, with the standby and its owner. An attribute beside the
 * operator's standby would not do: when he lifts and sets it again, the stale mark would make us undo his.
 */
import type { ClusterNode, Hold } from '../../domain/cluster.js';
import { durationSchema, type Duration } from '../../domain/duration.js';
import type { RunReference } from '../../domain/names.js';
import { defaultOptions } from '../../domain/options.js';
import { findValue, type AttributeSet, type Cib, type CibNode } from './cib.js';
import { element, isTrue, type XmlElement } from './xml.js';

/** The names inside a hold's set. The run's UUID is what releases match; its workflow id is there for people. */
export const holdNames = {
  standby: 'standby',
  owner: 'cau-hold',
  workflow: 'cau-hold-run',
  kept: 'cau-hold-kept',
  relies: 'cau-hold-standby',
  releaseAfter: 'cau-hold-release-after',
} as const;

/** The id of the set of a node; node ids are unique in a cluster and never change. */
export const holdSetId = (nodeId: string) => `cau-hold-${nodeId}`;

/** The hold of a node. It is intact while the standby that it relies on is on: our own, unless it says otherwise. */
export function findHold(node: CibNode): Hold | null {
  const set = holdSet(node);
  const owner = findValue(set, holdNames.owner);
  if (owner === undefined) return null;
  const relies = parseReliance(findValue(set, holdNames.relies));
  return {
    run: { workflowId: findValue(set, holdNames.workflow) ?? 'unknown', firstExecutionRunId: owner },
    intact: isIntact(node, set, relies),
    ...(relies === 'own' ? {} : { standby: relies }),
    kept: findValue(set, holdNames.kept) ?? null,
    releaseAfter: parseReleaseAfter(findValue(set, holdNames.releaseAfter)),
  };
}

/** What a record says of `releaseAfter`; what is missing or no duration means the default. */
export function parseReleaseAfter(value: string | undefined): Duration {
  return durationSchema.safeParse(value).data ?? defaultOptions.releaseAfter;
}

/** Standby attributes of a node that are not part of a hold: an operator's, or what an operator left behind. */
export function foreignStandbys(node: CibNode): { readonly setId: string; readonly id: string; readonly on: boolean }[] {
  return node.sets
    .filter((set) => set.id !== holdSetId(node.id) || findValue(set, holdNames.owner) === undefined)
    .flatMap((set) => set.pairs.filter((pair) => pair.name === holdNames.standby).map((pair) => ({ setId: set.id, id: pair.id, on: isTrue(pair.value) })));
}

/** Who put the node in standby, given whether the cluster treats it so. */
export function standbyBy(cib: Cib, node: CibNode | undefined, isStandby: boolean): ClusterNode['standbyBy'] {
  if (!isStandby) return 'nobody';
  if (node !== undefined && findHold(node)?.intact === true && !hasOperatorStandby(cib, node)) return 'run';
  return 'operator';
}

/** Whether an operator wants the node in standby, for good or until its next boot. */
export function hasOperatorStandby(cib: Cib, node: CibNode): boolean {
  return cib.standbyUntilBoot.includes(node.name) || foreignStandbys(node).some((pair) => pair.on);
}

/** The standby that a hold relies on. */
export type Reliance = 'own' | 'operators' | 'none';

/** The element that merges a hold into the node's entry. */
export function holdElement(node: CibNode, run: RunReference, releaseAfter: Duration, relies: Reliance = 'own'): XmlElement {
  const id = holdSetId(node.id);
  const pair = (suffix: string, name: string, value: string) => element('nvpair', { id: `${id}-${suffix}`, name, value });
  return inNode(node, [
    ...(relies === 'own' ? [pair('standby', holdNames.standby, 'on')] : [pair('relies', holdNames.relies, relies)]),
    pair('owner', holdNames.owner, run.firstExecutionRunId),
    pair('run', holdNames.workflow, run.workflowId),
    pair('release-after', holdNames.releaseAfter, releaseAfter),
  ]);
}

/** The element that puts a node in standby that was held while it served. */
export function ownStandbyElement(node: CibNode): XmlElement {
  return inNode(node, ownStandbyPairs(node));
}

/** The element that merges the reason why a hold is kept; a node that is kept is in standby, also when it served before. */
export function keptElement(node: CibNode, reason: string): XmlElement {
  const served = findHold(node)?.standby === 'none' ? ownStandbyPairs(node) : [];
  return inNode(node, [...served, element('nvpair', { id: `${holdSetId(node.id)}-kept`, name: holdNames.kept, value: reason })]);
}

function ownStandbyPairs({ id }: CibNode): XmlElement[] {
  return [
    element('nvpair', { id: `${holdSetId(id)}-standby`, name: holdNames.standby, value: 'on' }),
    element('nvpair', { id: `${holdSetId(id)}-relies`, name: holdNames.relies, value: 'own' satisfies Reliance }),
  ];
}

function parseReliance(value: string | undefined): Reliance {
  return value === 'operators' || value === 'none' ? value : 'own';
}

function isIntact(node: CibNode, set: AttributeSet | undefined, relies: Reliance): boolean {
  if (relies === 'own') return isTrue(findValue(set, holdNames.standby));
  return relies === 'none' || foreignStandbys(node).some((pair) => pair.on);
}

function inNode(node: CibNode, pairs: readonly XmlElement[]): XmlElement {
  const set = element('instance_attributes', { id: holdSetId(node.id) }, pairs);
  return element('nodes', {}, [element('node', { id: node.id, uname: node.name }, [set])]);
}

function holdSet(node: CibNode): AttributeSet | undefined {
  return node.sets.find((set) => set.id === holdSetId(node.id));
}
