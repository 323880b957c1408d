/** Proof of what a run did, from the nodes' own records: dpkg logs, boot ids, journals, the CIB. Never from our report. */
import type { Lab } from '../lab/lab.js';

/** Updates by name as dpkg recorded them after `since`, in order. */
export async function installedSince(lab: Lab, node: string, names: RegExp): Promise<string[]> {
  return (await lab.installations(node)).filter(({ name, version }) => names.test(name) && version !== '1.0').map(({ name, version }) => `${name} ${version}`);
}

/** Everything of ours that is left in the CIB, as the first node sees it. */
export async function tracesInCib(lab: Lab, node = 'node1'): Promise<string[]> {
  const cib = await lab.exec(node, 'cibadmin', '--query');
  return [...cib.matchAll(/id="(cau-[^"]*)"/g)].map((match) => match[1] ?? '');
}

/** Actions with which the cluster recovered something on its own, from the scheduler's journal on every node. */
export async function recoveries(lab: Lab): Promise<string[]> {
  const journals = await Promise.all(lab.nodes.map((node) => lab.exec(node, 'journalctl', '--output=cat', '--no-pager', '-t', 'pacemaker-schedulerd')));
  return journals.flatMap((journal) => journal.split('\n').filter((line) => /Actions: (Recover|Restart)|is active on 2 nodes|will be fenced/.test(line)));
}

/** Where every role serves, as plain text to compare. */
export async function placements(lab: Lab): Promise<string[]> {
  const view = await lab.exec('node1', 'crm_mon', '-1', '--output-as=text', '--inactive', '--group-by-node');
  const lines: string[] = [];
  let node = '';
  for (const line of view.split('\n')) {
    node = /\* Node (\w+):/.exec(line)?.[1] ?? node;
    const resource = /\* (\S+)\s+\(ocf\S+\):\s+(\S+)/.exec(line);
    if (resource !== null && resource[1] !== 'ca-ip') lines.push(`${node}: ${resource[1] ?? ''} ${resource[2] ?? ''}`);
  }
  return lines.toSorted();
}
