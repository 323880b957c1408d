import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { setTimeout as delay } from 'node:timers/promises';
import { startOwnTemporal, type OwnTemporal } from '../helpers/own-temporal.js';
import { slowFile } from '../lab/repository.js';
import { createLabWorld, type LabWorld } from './lab-world.js';
import { tracesInCib } from './proof.js';
import { askedSize } from './size.js';

/** How long Temporal is away. */
const outageMs = 3000;
const sizes: readonly (2 | 4)[] = askedSize === null ? [4, 2] : [askedSize];

describe.each(sizes)('on a real Pacemaker cluster of %i nodes with fencing, in the middle of an installation', (count) => {
  let temporal: OwnTemporal;
  let world: LabWorld;
  beforeAll(async () => {
    temporal = await startOwnTemporal();
    world = await createLabWorld({ nodes: count, offers: [] }, temporal.address);
  });
  afterAll(async () => {
    await world.stop();
    await temporal.stop();
  });
  afterEach(async () => {
    await sh(`rm -f ${slowFile}`).catch(() => undefined);
    await world.untilFree();
  });

  const node = 'node2';
  const sh = (script: string) => world.lab.exec(node, 'sh', '-c', script);
  const workerPid = () => sh('systemctl show --property=MainPID --value cau-node.service');

  const killCoordinators = (most: number) => () =>
    Promise.all(
      world.coordinators
        .pids()
        .slice(0, most)
        .map((pid) => world.coordinators.kill(pid)),
    );
  async function killTemporal(): Promise<void> {
    await temporal.kill();
    await delay(outageMs);
    await temporal.start();
  }
  async function killNodeWorker(): Promise<void> {
    const pid = await workerPid();
    await sh(`kill -9 ${pid}`);
    await expect.poll(workerPid, { timeout: 20_000 }).not.toMatch(new RegExp(`^(0|${pid})$`));
  }
  async function cutPower(): Promise<void> {
    await world.lab.machine(node).crash();
    await world.lab.machine(node).start();
  }

  it.each<[string, number, () => Promise<unknown>]>([
    ['of a coordinator', 0, killCoordinators(1)],
    ['of all coordinators', 0, killCoordinators(2)],
    ['of Temporal', 0, killTemporal],
    ['of the node worker', 0, killNodeWorker],
    ['of the whole node, by a power cut', 1, cutPower],
  ])('kill -9 %s loses nothing: the update is installed once, the node serves, nobody is fenced, every invariant holds', async (_what, boots, kill) => {
    const { lab } = world;
    const before = (await lab.bootIds(node)).length;
    const { handle, version, letGo } = await world.startStalled(node);
    await kill();
    // What a power cut leaves of /run is nothing, and a node that boots takes no orders.
    if (boots === 0) await letGo();
    const report = await world.report(handle);
    expect(report.nodes).toEqual([expect.objectContaining({ outcome: 'Succeeded', failure: null, kept: null, restarts: [], installed: 1 })]);
    const times = (await lab.installations(node)).filter((line) => line.name === 'cau-demo-slow' && line.version === version);
    expect(times).toHaveLength(1);
    expect((await lab.bootIds(node)).length).toBe(before + boots);
    await lab.waitSettled();
    expect(lab.powerLog).toEqual([]);
    expect(await tracesInCib(lab)).toEqual([]);
    expect(await world.complaintsAbout(report)).toEqual([]);
  });

  // Of two halves that are alike, each may think that it is the one to go on; of others the larger one does.
  const cuts: [string, string][] = [['the node at work', node], ...(count === 2 ? [['the other node', 'node1'] as [string, string]] : [])];
  it.each(cuts)('a cut cable of %s gets it fenced by those that survive; it comes back, and the run goes on', async (_what, cut) => {
    const { lab } = world;
    const bootsOf = async (name: string) => (await lab.bootIds(name)).length;
    const survivors = lab.nodes.filter((name) => name !== cut);
    const before = { survivors: await Promise.all(survivors.map(bootsOf)), cut: await bootsOf(cut), fenced: lab.powerLog.length };
    const { handle, version, letGo } = await world.startStalled(node, { clusterDuringInstall: 'keep' });
    await lab.machine(cut).cut();
    await expect.poll(() => lab.powerLog.slice(before.fenced).join(), { timeout: 60_000 }).toContain(`reboot ${cut}`);
    if (cut !== node) await letGo();
    const report = await world.report(handle);
    expect(report.nodes).toEqual([expect.objectContaining({ outcome: 'Succeeded', failure: null, kept: null, restarts: [], installed: 1 })]);
    expect((await lab.installations(node)).filter((line) => line.name === 'cau-demo-slow' && line.version === version)).toHaveLength(1);
    await lab.waitSettled();
    expect(lab.powerLog.slice(before.fenced)).toEqual([expect.stringContaining(`reboot ${cut}`)]);
    expect(await Promise.all(survivors.map(bootsOf))).toEqual(before.survivors);
    expect(await bootsOf(cut)).toBe(before.cut + 1);
    expect(await tracesInCib(lab)).toEqual([]);
    expect(await world.complaintsAbout(report)).toEqual([]);
  });
});
