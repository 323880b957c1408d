/** XML as a plain tree. The cluster's files and its tools' answers carry everything in attributes, so text is left out. */
import { XMLBuilder, XMLParser } from 'fast-xml-parser';
import { CauError } from '../../domain/errors.js';

export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
}

const attributesKey = ':@';
const maxDepth = 100;

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseAttributeValue: false,
  parseTagValue: false,
  trimValues: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
  htmlEntities: true,
  maxNestedTags: maxDepth,
});

const builder = new XMLBuilder({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  suppressEmptyNode: true,
  suppressBooleanAttributes: false,
});

/**
 * The root element of a document.
 * @param source who wrote it, for the message
 * @throws CauError `ClusterToolFailed` when it is no well-formed XML
 */
export function parseXml(text: string, source: string): XmlElement {
  let roots: XmlElement[];
  try {
    roots = elementsOf(parser.parse(text, true));
  } catch (error) {
    throw new CauError('ClusterToolFailed', `The answer of "${source}" is no XML: ${error instanceof Error ? error.message : String(error)}`, {
      where: source,
      cause: error,
    });
  }
  const [root] = roots;
  if (root === undefined) throw new CauError('ClusterToolFailed', `The answer of "${source}" is empty.`, { where: source });
  return root;
}

/** The element as text; values are escaped. */
export function renderXml(element: XmlElement): string {
  return builder.build([toOrdered(element)]);
}

/** An element to write. */
export function element(name: string, attributes: Readonly<Record<string, string>>, children: readonly XmlElement[] = []): XmlElement {
  return { name, attributes, children };
}

/** The children of that name. */
export function childrenOf(parent: XmlElement | undefined, name: string): XmlElement[] {
  return parent?.children.filter((child) => child.name === name) ?? [];
}

/** The element at the end of a path of child names, if it is there. */
export function findAt(parent: XmlElement | undefined, ...path: readonly string[]): XmlElement | undefined {
  return path.reduce<XmlElement | undefined>((at, name) => at?.children.find((child) => child.name === name), parent);
}

/** Every element of that name under `parent`, at any depth, in document order. */
export function descendantsOf(parent: XmlElement | undefined, name: string): XmlElement[] {
  return parent?.children.flatMap((child) => [...(child.name === name ? [child] : []), ...descendantsOf(child, name)]) ?? [];
}

/** Whether an attribute has one of the values that Pacemaker takes for true. */
export function isTrue(value: string | undefined): boolean {
  return value !== undefined && ['true', 'on', 'yes', 'y', '1'].includes(value.toLowerCase());
}

function elementsOf(ordered: unknown): XmlElement[] {
  if (!Array.isArray(ordered)) return [];
  return ordered.flatMap((entry: unknown) => {
    if (typeof entry !== 'object' || entry === null) return [];
    const record = entry as Record<string, unknown>;
    const name = Object.keys(record).find((key) => key !== attributesKey);
    if (name === undefined || name.startsWith('#')) return [];
    return [{ name, attributes: attributesOf(record[attributesKey]), children: elementsOf(record[name]) }];
  });
}

function attributesOf(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).map(([name, text]) => [name, String(text)]));
}

function toOrdered({ name, attributes, children }: XmlElement): Record<string, unknown> {
  return { [name]: children.map(toOrdered), ...(Object.keys(attributes).length === 0 ? {} : { [attributesKey]: attributes }) };
}
