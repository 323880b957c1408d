/** What is killed while a run works on two nodes at once and steers its roles. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Progress } from '../../domain/progress.js';
import { startOwnTemporal, type OwnTemporal } from '../helpers/own-temporal.js';
import { pairsOf } from '../helpers/worked-together.js';
import { slowFile } from '../lab/repository.js';
import { expectWell } from './all-is-well.js';
import { createLabWorld, type LabWorld } from './lab-world.js';
import { placements } from './proof.js';
import { askedSize } from './size.js';

const isInstalling = ({ nodes }: Progress) => nodes.flatMap(({ node, step, outcome }) => (step === 'installing' && outcome === null ? [node] : []));

// Two nodes count on each other.
describe.skipIf(askedSize === 2)(
  'on a real Pacemaker cluster of 4 nodes with fencing and a quorum device, in the middle of two installations, with fewest moves',
  () => {
    let temporal: OwnTemporal;
    let world: LabWorld;
    let atFirst: string[];
    beforeAll(async () => {
      temporal = await startOwnTemporal();
      world = await createLabWorld({ nodes: 4, offers: [], quorumDevice: true }, temporal.address);
      atFirst = await placements(world.lab);
    });
    afterAll(async () => {
      await world.stop();
      await temporal.stop();
    });
    afterEach(async () => {
      await letGo();
      await world.untilFree();
    });

    const onAll = (script: string) => Promise.all(world.lab.nodes.map((node) => world.sh(node, script).catch(() => undefined)));
    const letGo = () => onAll(`rm -f ${slowFile}`);

    async function killCoordinatorsAndTemporal(): Promise<void> {
      await Promise.all(world.coordinators.pids().map((pid) => world.coordinators.kill(pid)));
      await temporal.kill();
      await temporal.start();
    }
    async function killWorkers(nodes: readonly string[]): Promise<void> {
      for (const node of nodes) await world.sh(node, 'kill -9 $(systemctl show --property=MainPID --value cau-node.service)');
    }
    async function cutPower([node = '']: readonly string[]): Promise<void> {
      await world.lab.machine(node).crash();
      await world.lab.machine(node).start();
    }

    it.each<[string, (atWork: readonly string[]) => Promise<void>]>([
      ['of all coordinators and Temporal', killCoordinatorsAndTemporal],
      ['of both node workers', killWorkers],
      ['of one of both nodes, by a power cut', cutPower],
    ])('kill -9 %s loses nothing: each update is installed once, roles are home at the end, every invariant holds', async (_what, kill) => {
      const { lab } = world;
      const version = await lab.offerSlow();
      await onAll(`touch ${slowFile}`);
      const handle = await world.start({ maxParallelNodes: 2, placement: 'fewestMoves', failback: 'end' });
      const atWork = isInstalling(await world.until(handle, (progress) => isInstalling(progress).length === 2));
      await kill(atWork);
      await letGo();
      const report = await world.report(handle);
      expect(report.nodes).toEqual(
        lab.nodes.map(() => expect.objectContaining({ outcome: 'Succeeded', failure: null, kept: null, restarts: [], installed: 1 })),
      );
      expect(pairsOf(report)).toContain(atWork.toSorted().join(' '));
      for (const node of lab.nodes)
        expect(
          (await lab.installations(node)).filter((line) => line.name === 'cau-demo-slow' && line.version === version),
          node,
        ).toHaveLength(1);
      expect(lab.powerLog).toEqual([]);
      await expectWell(world, report, atFirst);
    });
  },
);
