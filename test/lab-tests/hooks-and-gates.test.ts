import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { clientFailure } from '../../client/failures.js';
import { partialOptionsSchema, type PartialOptions } from '../../domain/options.js';
import type { Report } from '../../domain/report.js';
import { expectWell } from './all-is-well.js';
import { createLabWorld, type LabWorld } from './lab-world.js';
import { placements, tracesInCib } from './proof.js';

let world: LabWorld;
let atFirst: string[];
beforeAll(async () => {
  world = await createLabWorld({ nodes: 4, offers: [] });
  atFirst = await placements(world.lab);
  await put('tell', 'echo "$CAU_PHASE $CAU_CLUSTER $CAU_NODE $CAU_OUTCOME" >> /run/cau-told; echo told');
  await put('hang', 'echo waiting; (trap "" TERM; exec sleep 4711) & trap "" TERM; sleep 4712');
  await put('until-told', 'echo begun >> /run/cau-told; until [ -e /run/cau-go ]; do sleep 0.1; done; echo ended >> /run/cau-told');
});
afterAll(() => world.stop());
// What one test could not end is not in the way of the next.
afterEach(async () => {
  for (const node of world.lab.nodes) await sh(node, 'touch /run/cau-go; rm -f /run/cau-told').catch(() => undefined);
  await world.untilFree().catch(() => undefined);
  for (const node of world.lab.nodes) await sh(node, 'rm -f /run/cau-go').catch(() => undefined);
});

const sh = (node: string, script: string) => world.lab.exec(node, 'sh', '-c', script);
const told = async (node: string) => (await sh(node, 'cat /run/cau-told 2>/dev/null || true')).split('\n').filter((line) => line !== '');
const gates = (...given: object[]): PartialOptions => partialOptionsSchema.parse({ gates: given });
const run = async (options: PartialOptions, nodes: readonly string[]) => world.report(await world.start(options, { nodes }));

/** Puts a script where every node looks for it by default. */
async function put(name: string, text: string, mode = '755'): Promise<void> {
  for (const node of world.lab.nodes)
    await sh(node, `mkdir -p /etc/cau/scripts && printf '%s\\n' '#!/bin/sh' '${text}' > /etc/cau/scripts/${name} && chmod ${mode} /etc/cau/scripts/${name}`);
}

const expectAllIsWell = (report: Report) => expectWell(world, report, atFirst);

describe('the scripts of a run', () => {
  it('run as units of their own, before the node is held and when its roles are back', async () => {
    await world.lab.offerSlow();
    const report = await run({ preUpdateScript: 'tell', postUpdateScript: 'tell' }, ['node1']);
    expect(report.nodes[0]).toMatchObject({ outcome: 'Succeeded', failure: null, installed: 1, hooks: [{ exitCode: 0, output: 'told' }, { exitCode: 0 }] });
    const cluster = world.lab.place.name;
    expect(await told('node1')).toEqual([`preUpdate ${cluster} node1 `, `postUpdate ${cluster} node1 Succeeded`]);
    await expectAllIsWell(report);
  });

  it('that others could replace are refused before anything is touched', async () => {
    await put('open', 'true', '777');
    const failure = await run({ preUpdateScript: 'open' }, ['node1']).catch((error: unknown) => clientFailure(error));
    expect(failure).toMatchObject({ code: 'NotReady', message: expect.stringContaining('/etc/cau/scripts/open can be written by others than root') });
    expect(await tracesInCib(world.lab)).toEqual([]);
  });
});

describe('a script that hangs', () => {
  it('is ended at its timeout with all that it started, whatever that does not listen to; its node is not touched', async () => {
    await world.lab.offerSlow();
    const report = await run({ preUpdateScript: 'hang', hookTimeout: '5s' }, ['node3']);
    expect(report.nodes[0]).toMatchObject({
      outcome: 'Failed',
      inMaintenanceMs: null,
      installed: 0,
      failure: { code: 'HookFailed', message: expect.stringContaining('did not end within 5s (hookTimeout)') },
      hooks: [{ ended: 'timedOut', output: 'waiting' }],
    });
    expect(await sh('node3', 'pgrep -f "sleep 471[12]" || true')).toBe('');
    expect(await sh('node3', "systemctl list-units --no-legend 'cau-operation-*'")).toBe('');
    await expectAllIsWell(report);
  });

  it('outlives the worker of its node, runs once, and its end counts', async () => {
    await world.lab.offerSlow();
    const handle = await world.start({ preUpdateScript: 'until-told' }, { nodes: ['node3'] });
    await expect.poll(() => told('node3'), { timeout: 60_000 }).toEqual(['begun']);
    await sh('node3', 'kill -9 "$(systemctl show --property=MainPID --value cau-node.service)"');
    await sh('node3', 'touch /run/cau-go');
    const report = await world.report(handle);
    expect(report.nodes[0]).toMatchObject({ outcome: 'Succeeded', hooks: [{ ended: 'exited', exitCode: 0 }] });
    expect(await told('node3')).toEqual(['begun', 'ended']);
    await expectAllIsWell(report);
  });
});

describe('a gate that never passes', () => {
  it('before a node keeps it from being touched, with what was seen last, and no further node is begun beyond the budget', async () => {
    await world.lab.offerSlow();
    const options = { ...gates({ name: 'teapot', kind: 'http', url: world.lab.webUrl, status: 418, timeout: '5s', when: 'before' }), maxFailedNodes: 0 };
    const report = await run({ ...options, order: ['node3', 'node4'] }, ['node3', 'node4']);
    expect(report.nodes[0]).toMatchObject({
      outcome: 'Failed',
      inMaintenanceMs: null,
      failure: { code: 'GateFailed', message: 'Gate "teapot" (http) before node3 did not hold within 5s; last seen: status 200.' },
    });
    expect(report.nodes[1]).toMatchObject({ outcome: 'Canceled', reason: '1 node failed, 0 may' });
    await expectAllIsWell(report);
  });

  it('after a node makes it fail, which serves again with its updates', async () => {
    await world.lab.offerSlow();
    const report = await run(gates({ name: 'teapot', kind: 'http', url: world.lab.webUrl, status: 418, timeout: '5s', when: 'after' }), ['node4']);
    expect(report.nodes[0]).toMatchObject({
      outcome: 'Failed',
      installed: 1,
      kept: null,
      failure: { code: 'GateFailed', facts: { gate: 'teapot', time: 'after' } },
    });
    await expectAllIsWell(report);
  });
});

describe('the gate of the cluster', () => {
  it('does not count an action that had failed before the run', async () => {
    await sh('node1', 'crm_resource --fail --resource files-srv --node node3');
    await world.lab.waitSettled();
    expect(await sh('node1', 'crm_mon -1 --output-as=xml')).toContain('<failure ');
    await world.lab.offerSlow();
    const report = await run(gates({ name: 'calm', kind: 'cluster', timeout: '30s', holdFor: '2s' }), ['node4']);
    await sh('node1', 'crm_resource --cleanup --resource files-srv');
    expect(report.nodes[0]).toMatchObject({ outcome: 'Succeeded', failure: null, attempts: [] });
    await expectAllIsWell(report);
  });
});
