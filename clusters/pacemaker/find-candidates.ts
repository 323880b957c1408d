/** Which nodes could keep a role serving, each of them alone: asked of Pacemaker's own scheduler, which alone knows its constraints. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { placementOf, type RolePlacement } from '../../domain/placement.js';
import type { RoleCandidates } from '../../domain/waves.js';
import type { CommandRunner } from './commands.js';
import { inScratch, readCib } from './compare-and-swap.js';
import { withStandby } from './imagined-standby.js';
import { simulate } from './simulation.js';
import { parseXml, renderXml } from './xml.js';

/**
 * For each wanted role that serves: the nodes on which it would still serve if no other node took roles. A node that takes none now
 * is none of them. A promotable must have a promoted copy there, which Pacemaker gives only to a copy with a promotion score.
 * @param asked the node that we are on
 * @throws CauError `ClusterToolFailed`
 */
export async function findCandidates(run: CommandRunner, asked: string): Promise<RoleCandidates[]> {
  const { text } = await readCib(run, asked);
  return inScratch(async (directory) => {
    const [before, after] = [join(directory, 'cluster.xml'), join(directory, 'alone.xml')];
    await writeFile(before, text);
    const standing = await simulate(run, before, after);
    const wanted = new Set(standing.roles.filter((role) => role.wanted).map((role) => role.id));
    const serving = placementOf(standing).filter((role) => wanted.has(role.role) && role.on.length > 0);
    const open = standing.nodes.filter((node) => node.kind === 'member' && node.online && !node.standby && !node.maintenance);
    const cib = parseXml(text, 'cibadmin');
    const candidates = new Map(serving.map((role) => [role.role, new Set<string>()]));
    for (const { name } of open) {
      const others = open.filter((node) => node.name !== name).map((node) => node.id);
      await writeFile(before, renderXml(withStandby(cib, others, 'on')));
      const alone = placementOf(await simulate(run, before, after));
      for (const was of serving) if (servesOn(name, was, alone)) candidates.get(was.role)?.add(name);
    }
    return [...candidates].map(([role, nodes]) => ({ role, nodes: [...nodes] }));
  });
}

function servesOn(node: string, was: RolePlacement, alone: readonly RolePlacement[]): boolean {
  const is = alone.find((role) => role.role === was.role);
  return (was.promoted.length > 0 ? is?.promoted : is?.on)?.includes(node) === true;
}
