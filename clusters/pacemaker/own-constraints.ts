/**
 * Preferences of a run in the CIB: constraints of our own that a rule ends by itself should everything of ours be gone. That is the dead man's
 * switch alone; a rule that ends lets roles move when nobody expects it, and stays in the CIB. So whoever set them takes them away.
 */
import type { Steering } from '../../domain/steering.js';
import { preferencePrefix, type Cib, type CibNode } from './cib.js';
import { quoted, type CibEdit } from './cib-edits.js';
import { element, type XmlElement } from './xml.js';

/** The edits that add preferences for the update of a node, or of the run. */
export function preferenceEdits(cib: Cib, owner: CibNode | null, { preferences, until }: Steering): CibEdit[] {
  const missing = preferences.filter(({ role }) => !cib.preferences.some(({ id }) => id === idOf(owner, role)));
  if (missing.length === 0) return [];
  const constraints = missing.map(({ role, node, score }): XmlElement => {
    const id = idOf(owner, role);
    return element('rsc_location', { id, rsc: role }, [
      element('rule', { id: `${id}-rule`, score: String(score), 'boolean-op': 'and' }, [
        element('expression', { id: `${id}-node`, attribute: '#uname', operation: 'eq', value: node }),
        element('date_expression', { id: `${id}-until`, operation: 'lt', end: until }),
      ]),
    ]);
  });
  return [{ kind: 'merge', section: 'constraints', element: element('constraints', {}, constraints) }];
}

/** The edits that take away the preferences for the update of a node, or of the run itself; those of all where no owner is named. */
export function removePreferences(cib: Cib, owner?: CibNode | null): CibEdit[] {
  const prefix = owner === undefined ? preferencePrefix : idOf(owner, '');
  return cib.preferences
    .filter(({ id }) => id.startsWith(prefix))
    .map(({ id }) => ({ kind: 'remove', xpath: `//constraints/rsc_location[@id=${quoted(id)}]` }));
}

const idOf = (owner: CibNode | null, role: string) => `${preferencePrefix}${owner === null ? 'run' : owner.id}-${role}`;
