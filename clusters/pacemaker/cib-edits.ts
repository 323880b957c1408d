/** Changes of a copy of the CIB, made by Pacemaker's own tool so that the copy stays valid in every version. */
import { readOutput, type CommandRunner } from './commands.js';
import { CauError } from '../../domain/errors.js';
import { renderXml, type XmlElement } from './xml.js';

/** `merge`: add or change elements by their ids, under the section. `remove`: take away the first match. */
export type CibEdit =
  | { readonly kind: 'merge'; readonly section: 'nodes' | 'crm_config' | 'constraints'; readonly element: XmlElement }
  | { readonly kind: 'remove'; readonly xpath: string };

/**
 * Changes the CIB in that file, in the order of the edits.
 * @throws CauError `ClusterToolFailed`
 */
export async function editCopy(run: CommandRunner, file: string, edits: readonly CibEdit[]): Promise<void> {
  for (const edit of edits) await readOutput(run, 'cibadmin', argumentsOf(edit), { environment: { CIB_file: file } });
}

/**
 * A value inside an XPath string. Ids and run references cannot hold a quote; a CIB that is not ours to judge might.
 * @throws CauError `ClusterToolFailed`
 */
export function quoted(value: string): string {
  if (!/["'&<>\s]/.test(value)) return `"${value}"`;
  throw new CauError('ClusterToolFailed', `"${value}" in the CIB cannot be named in a change of it.`, { where: 'cibadmin' });
}

function argumentsOf(edit: CibEdit): string[] {
  if (edit.kind === 'remove') return ['--delete', '--xpath', edit.xpath];
  return ['--modify', '--allow-create', '--scope', edit.section, '--xml-text', renderXml(edit.element)];
}
