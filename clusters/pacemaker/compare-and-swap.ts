/**
 * Changes of the CIB that apply only to the very state on which they were decided. The state is copied, the copy is
 * changed, and the difference is sent as a patch, which Pacemaker refuses (103) when the CIB has moved on meanwhile.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CauError } from '../../domain/errors.js';
import { isSameButStatus, parseCib, parseCibHeader, type Cib, type CibHeader, type CibVersion } from './cib.js';
import { editCopy, type CibEdit } from './cib-edits.js';
import { readOutput, toolFailed, type CommandRunner } from './commands.js';
import { requireQuorum } from './quorum-here.js';
import { findAt, parseXml, renderXml, type XmlElement } from './xml.js';

/** What to change in a given state; nothing when it is as it should be. Throws when it must not be changed. */
export type Decide = (cib: Cib) => readonly CibEdit[];

/** Beyond this the CIB is too busy, and the caller's own time is nearly over. Milliseconds. */
const patienceMs = 2200;

/** The exit code of `cibadmin --patch` that says: the CIB is not the one that the patch was made for. */
const movedOn = 103;

/**
 * Changes the CIB until there is nothing left to change, so that the last look is the proof that the change is there.
 * A refused patch is sent again with the new version when only the status had moved; when the configuration had, it
 * is decided anew.
 * @param node the node we are on, which must have quorum
 * @throws CauError whatever `decide` throws; `NoQuorumHere`; `ClusterToolFailed` when the CIB stays too busy
 */
export async function compareAndSwap(run: CommandRunner, node: string, decide: Decide): Promise<void> {
  const giveUpAt = Date.now() + patienceMs;
  do {
    const base = await readQuorateCib(run, node);
    const edits = decide(base.cib);
    if (edits.length === 0) return;
    const patch = await inScratch((directory) => makePatch(run, directory, base.text, edits));
    if (patch !== null) await sendPatch(run, base.cib, patch, giveUpAt);
  } while (Date.now() < giveUpAt);
  throw new CauError('ClusterToolFailed', `The configuration of the cluster changed faster than ${node} could change it.`, { where: 'cibadmin' });
}

/**
 * The CIB as text and as data, from this node's own copy.
 * @throws CauError `NoQuorumHere` when Pacemaker on this node does not answer: it is on its way up or down
 */
export async function readCib(run: CommandRunner, node: string): Promise<{ readonly text: string; readonly cib: Cib }> {
  const result = await run('cibadmin', ['--query']);
  if (result.exitCode === 0) return { text: result.stdout, cib: parseCib(result.stdout) };
  throw new CauError('NoQuorumHere', `Pacemaker on ${node} does not answer: ${toolFailed('cibadmin', result).message}`, { where: node });
}

/** Runs `work` in a directory of its own that nobody else can read: a CIB may hold passwords. */
export async function inScratch<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'cau-cib-'));
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** The state that a patch is based on must have quorum too: its loss changes the CIB, so that the patch is then refused. */
async function readQuorateCib(run: CommandRunner, node: string): Promise<{ readonly text: string; readonly cib: Cib }> {
  const [base] = await Promise.all([readCib(run, node), requireQuorum(run, node)]);
  if (base.cib.hasQuorum) return base;
  throw new CauError('NoQuorumHere', `${node} is not in a part of the cluster that has quorum.`, { where: node });
}

async function makePatch(run: CommandRunner, directory: string, text: string, edits: readonly CibEdit[]): Promise<XmlElement | null> {
  const [original, changed] = [join(directory, 'original.xml'), join(directory, 'changed.xml')];
  await Promise.all([writeFile(original, text), writeFile(changed, text)]);
  await editCopy(run, changed, edits);
  const result = await run('crm_diff', ['--original', original, '--new', changed]);
  // 1 means that they differ; 0, that the edits changed nothing (the element to remove was gone).
  if (result.exitCode === 0) return null;
  if (result.exitCode !== 1) throw toolFailed('crm_diff', result);
  return parseXml(result.stdout, 'crm_diff');
}

/** Sends a patch until it is applied, or until it has to be decided anew. Its header alone tells where the CIB has moved. */
async function sendPatch(run: CommandRunner, base: CibHeader, patch: XmlElement, giveUpAt: number): Promise<void> {
  let { version } = base;
  while (Date.now() < giveUpAt) {
    const result = await run('cibadmin', ['--patch', '--xml-text', renderXml(atVersion(patch, version))]);
    if (result.exitCode === 0) return;
    if (result.exitCode !== movedOn) throw toolFailed('cibadmin', result);
    const now = parseCibHeader(await readOutput(run, 'cibadmin', ['--query', '--no-children']));
    if (!isSameButStatus(now, base)) return;
    version = now.version;
  }
}

/** The patch for a state of the same configuration with another status. */
function atVersion(patch: XmlElement, { numUpdates }: CibVersion): XmlElement {
  const source = findAt(patch, 'version', 'source');
  const replace = (element: XmlElement): XmlElement => {
    if (element === source) return { ...element, attributes: { ...element.attributes, num_updates: String(numUpdates) } };
    return element.name === 'diff' || element.name === 'version' ? { ...element, children: element.children.map(replace) } : element;
  };
  return replace(patch);
}
