/** What would be in a Pacemaker cluster, by its own scheduler, which alone knows all its rules. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { placementOf } from '../../domain/placement.js';
import type { ImaginedCluster, ImaginedStep, ImaginedTerms } from '../../domain/ports/imagined-cluster.js';
import type { CommandRunner } from './commands.js';
import { inScratch, readCib } from './compare-and-swap.js';
import { imagine } from './imagined-cib.js';
import { movesBetween } from './moves-between.js';
import { simulate, type Simulation } from './simulation.js';
import { parseXml, renderXml } from './xml.js';

/**
 * Thinks with the cluster as it stands once what it is about to do anyway is done, so that this is not taken for an effect of anything imagined.
 * @param asked the node that we are on
 * @throws CauError `ClusterToolFailed`
 */
export async function withImagined<T>(run: CommandRunner, asked: string, think: (standing: ImaginedCluster) => Promise<T>): Promise<T> {
  const { text } = await readCib(run, asked);
  return inScratch(async (directory) => {
    const file = join(directory, 'cluster.xml');
    const settle = async (cib: string): Promise<Settled> => {
      await writeFile(file, cib);
      const simulation = await simulate(run, file, file);
      return { simulation, cib: await readFile(file, 'utf8') };
    };
    return think(toImagined(await settle(text), settle));
  });
}

/** A state at rest, and its CIB. */
interface Settled {
  readonly simulation: Simulation;
  readonly cib: string;
}

function toImagined(at: Settled, settle: (cib: string) => Promise<Settled>): ImaginedCluster {
  const { nodes, roles } = at.simulation;
  return {
    placement: placementOf(at.simulation),
    wanted: new Set(roles.filter((role) => role.wanted).map((role) => role.id)),
    open: nodes.filter((node) => node.kind === 'member' && node.online && !node.standby && !node.maintenance).map((node) => node.name),
    async after({ away = [], preferences = [], isRestless = false }: ImaginedTerms): Promise<ImaginedStep> {
      const standby = nodes.filter((node) => away.includes(node.name)).map((node) => node.id);
      const next = await settle(renderXml(imagine(parseXml(at.cib, 'crm_simulate'), { standby, preferences, isRestless })));
      return { ...toImagined(next, settle), moves: (when) => movesBetween(at.simulation, next.simulation, when) };
    },
  };
}
