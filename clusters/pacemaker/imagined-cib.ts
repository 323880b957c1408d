/** A copy of the CIB in which nodes are in standby or roles preferred elsewhere, for Pacemaker's scheduler to think through. */
import type { RolePreference } from '../../domain/steering.js';
import { element, type XmlElement } from './xml.js';

/** What elements of the copy are called that nobody configured; ids are unique in a CIB. */
const imaginedPrefix = 'cau-preview-';

/** What the copy has beyond the configuration. */
export interface ImaginedConfiguration {
  /** Ids of nodes in standby. */
  readonly standby: readonly string[];
  readonly preferences: readonly RolePreference[];
  /**
   * Every role has the stickiness 1. With none Pacemaker moves roles to even out their number, and whatever an administrator prefers is more.
   */
  readonly isRestless: boolean;
}

/** The CIB with exactly that imagined; it need not keep what is no configuration, such as comments. */
export function imagine(cib: XmlElement, imagined: ImaginedConfiguration): XmlElement {
  return within(cib, 'configuration', (configuration) => {
    const known = imagined.isRestless ? withLittleStickiness(configuration) : configuration;
    const nodes = (at: XmlElement) => ({ ...at, children: at.children.map((node) => imagineNode(node, imagined.standby)) });
    return within(within(known, 'nodes', nodes), 'constraints', (at) => ({
      ...at,
      children: [...at.children.filter((child) => !isImagined(child)), ...imagined.preferences.map(toConstraint)],
    }));
  });
}

function within(parent: XmlElement, name: string, change: (at: XmlElement) => XmlElement): XmlElement {
  return { ...parent, children: parent.children.map((child) => (child.name === name ? change(child) : child)) };
}

const isImagined = ({ attributes }: XmlElement) => attributes['id']?.startsWith(imaginedPrefix) === true;

function imagineNode(node: XmlElement, standby: readonly string[]): XmlElement {
  const id = node.attributes['id'] ?? '';
  const sets = node.children.filter((child) => !isImagined(child));
  if (!standby.includes(id)) return { ...node, children: sets };
  const own = `${imaginedPrefix}${id}`;
  const pair = element('nvpair', { id: `${own}-standby`, name: 'standby', value: 'on' });
  return { ...node, children: [...sets.map((set) => withoutPairs(set, 'standby')), element('instance_attributes', { id: own }, [pair])] };
}

function toConstraint({ role, node, score }: RolePreference): XmlElement {
  return element('rsc_location', { id: `${imaginedPrefix}${role}`, rsc: role, node, score: String(score) });
}

function withLittleStickiness(configuration: XmlElement): XmlElement {
  const clean = configuration.children
    .filter((child) => child.name !== 'rsc_defaults')
    .map((child) => (child.name === 'resources' ? withoutPairs(child, stickiness) : child));
  const defaults = configuration.children.find((child) => child.name === 'rsc_defaults') ?? element('rsc_defaults', {});
  const id = `${imaginedPrefix}defaults`;
  const set = element('meta_attributes', { id }, [element('nvpair', { id: `${id}-stickiness`, name: stickiness, value: '1' })]);
  const kept = withoutPairs(defaults, stickiness).children.filter((child) => !isImagined(child));
  return { ...configuration, children: [...clean, { ...defaults, children: [...kept, set] }] };
}

const stickiness = 'resource-stickiness';

/** Without the pairs of that name, at any depth. */
function withoutPairs(at: XmlElement, name: string): XmlElement {
  const children = at.children.filter((child) => child.name !== 'nvpair' || child.attributes['name'] !== name);
  return { ...at, children: children.map((child) => withoutPairs(child, name)) };
}
