/** Predicted moves of a rolling update: drain and return of each node, one after another, by Pacemaker's own scheduler. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PredictedNodeMoves } from '../../domain/ports/cluster-driver.js';
import type { Cib, CibNode } from './cib.js';
import type { CommandRunner } from './commands.js';
import { inScratch, readCib } from './compare-and-swap.js';
import { findHold, hasOperatorStandby } from './holds.js';
import { movesBetween } from './moves-between.js';
import { simulate } from './simulation.js';
import { withStandby } from './imagined-standby.js';
import { parseXml, renderXml } from './xml.js';

/**
 * The moves of each node's drain and return, the one after the other, in that order of nodes.
 * A node that is in standby already, or is no member, moves nothing.
 * @param asked the node that we are on
 * @throws CauError `ClusterToolFailed`
 */
export async function predictMoves(run: CommandRunner, asked: string, order: readonly string[]): Promise<PredictedNodeMoves[]> {
  const { text, cib } = await readCib(run, asked);
  return inScratch(async (directory) => {
    const file = join(directory, 'cluster.xml');
    const simulateWith = async (node: CibNode, standby: 'on' | null) => {
      const imagined = withStandby(parseXml(await readFile(file, 'utf8'), 'crm_simulate'), [node.id], standby);
      await writeFile(file, renderXml(imagined));
      return simulate(run, file, file);
    };
    await writeFile(file, text);
    // Whatever the cluster is about to do anyway comes first, so that it is not taken for an effect of a drain.
    let standing = await simulate(run, file, file);
    const predicted: PredictedNodeMoves[] = [];
    for (const name of order) {
      const node = cib.nodes.find((candidate) => candidate.name === name);
      if (node === undefined || !canDrain(cib, node)) {
        predicted.push({ node: name, moves: [] });
        continue;
      }
      const drained = await simulateWith(node, 'on');
      const returned = await simulateWith(node, null);
      predicted.push({ node: name, moves: [...movesBetween(standing, drained, 'drain'), ...movesBetween(drained, returned, 'return')] });
      standing = returned;
    }
    return predicted;
  });
}

/** A node that is held while it serves has roles to move like any other. */
function canDrain(cib: Cib, node: CibNode): boolean {
  const hold = findHold(node);
  return node.isMember && (hold === null || hold.standby === 'none') && !hasOperatorStandby(cib, node);
}
