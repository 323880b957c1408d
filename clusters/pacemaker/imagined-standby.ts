/** A copy of the CIB in which nodes are in standby, or not, for Pacemaker's scheduler to think through. */
import { element, type XmlElement } from './xml.js';

/** What the set of attributes that holds a node in the copy is called; ids are unique in a CIB. */
const imaginedPrefix = 'cau-preview-';

/** The CIB with the nodes of these ids in standby, or free of any; it need not keep what is no configuration, such as comments. */
export function withStandby(cib: XmlElement, nodeIds: readonly string[], standby: 'on' | null): XmlElement {
  const change = (at: XmlElement, parent: string): XmlElement => {
    if (parent === 'nodes' && nodeIds.includes(at.attributes['id'] ?? ''))
      return { ...at, children: [...at.children.flatMap(withoutStandby), ...(standby === null ? [] : [imaginedSet(at.attributes['id'] ?? '')])] };
    return at.name === 'cib' || at.name === 'configuration' || at.name === 'nodes'
      ? { ...at, children: at.children.map((child) => change(child, at.name)) }
      : at;
  };
  return change(cib, '');
}

function imaginedSet(nodeId: string): XmlElement {
  const id = `${imaginedPrefix}${nodeId}`;
  return element('instance_attributes', { id }, [element('nvpair', { id: `${id}-standby`, name: 'standby', value: 'on' })]);
}

function withoutStandby(set: XmlElement): XmlElement[] {
  if (set.attributes['id']?.startsWith(imaginedPrefix) === true) return [];
  return [{ ...set, children: set.children.filter((pair) => pair.attributes['name'] !== 'standby') }];
}
