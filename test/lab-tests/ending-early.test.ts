/** Runs that end before their last node: told to stop, at whatever they are, or at the end of their maintenance window. */
import { basename } from 'node:path';
import { Temporal } from 'temporal-polyfill';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { previewRun } from '../../client/runs.js';
import { partialOptionsSchema, type PartialOptions } from '../../domain/options.js';
import type { Progress } from '../../domain/progress.js';
import type { Report } from '../../domain/report.js';
import { slowFile } from '../lab/repository.js';
import { expectWell } from './all-is-well.js';
import { createLabWorld, isIn, type LabWorld } from './lab-world.js';
import { placements } from './proof.js';

let world: LabWorld;
let atFirst: string[];
beforeAll(async () => {
  world = await createLabWorld({ nodes: 4, offers: [] });
  atFirst = await placements(world.lab);
  await world.sh('node3', slowMirror);
  await world.sh('node3', slowRole);
  for (const node of two.nodes) for (const brake of [brakes.gate, brakes.script]) await world.sh(node, scriptFor(brake));
});
afterAll(() => world.stop());
// What one test could not end is not in the way of the next.
afterEach(async () => {
  await world.sh('node3', `rm -f ${Object.values(brakes).join(' ')}`).catch(() => undefined);
  await world.untilFree();
});

const two = { nodes: ['node3', 'node4'] };
const inOrder = { order: two.nodes };
/** While node3 has one of these files, what it stands for goes on. */
const brakes = {
  installation: slowFile,
  mirror: '/run/slow-mirror',
  stop: '/run/slow-stop',
  start: '/run/slow-start',
  gate: '/run/closed-gate',
  script: '/run/slow-script',
};
const slowMirror = `printf '%s\\n' '#!/bin/sh' 'case " $* " in *" download "*) while [ -e ${brakes.mirror} ]; do sleep 0.1; done ;; esac' 'exec /usr/bin/apt-get "$@"' > /usr/local/sbin/apt-get && chmod 755 /usr/local/sbin/apt-get`;
/** A script named after its brake: as a gate it does not hold while that is there, before a node it lasts as long. */
const scriptFor = (brake: string) => {
  const path = `/etc/cau/scripts/${basename(brake)}`;
  const wait = brake === brakes.script ? `while [ -e ${brake} ]; do sleep 0.1; done` : `[ ! -e ${brake} ]`;
  return `mkdir -p /etc/cau/scripts && printf '%s\\n' '#!/bin/sh' '${wait}' > ${path} && chmod 755 ${path}`;
};
const slowRole = `sed -i '2i case "$1" in stop | start) for i in $(seq 100); do [ -e "/run/slow-$1" ] || break; sleep 0.1; done ;; esac' /usr/lib/ocf/resource.d/pacemaker/Dummy`;

const expectAllIsWell = (report: Report) => expectWell(world, report, atFirst);

interface Moment {
  readonly brake?: string;
  readonly options?: PartialOptions | (() => PartialOptions);
  /** The run is paused as soon as it is started. */
  readonly isPaused?: boolean;
  isNow(progress: Progress): boolean;
  /** What becomes of the node at work; null where none is yet. */
  readonly afterStep: object | null;
  readonly afterNode: object | null;
}

const untouched = { outcome: 'Canceled', installed: 0, inMaintenanceMs: null, restarts: [] };
const done = { outcome: 'Succeeded', failure: null, installed: 1, kept: null };
// Nothing stalls in an installation there, so that the stack may run on.
const keep = { clusterDuringInstall: 'keep' } as const;
/** A window that opens in a minute at the earliest: later than any of these tests ends. */
const laterWindow = (): PartialOptions => {
  const at = (minutes: number) => Temporal.Now.zonedDateTimeISO('UTC').add({ minutes }).toPlainDateTime().toString({ smallestUnit: 'minute' });
  return { window: { start: at(2), end: at(120), timeZone: 'UTC' } };
};
const gate = partialOptionsSchema.parse({ gates: [{ name: 'open', kind: 'command', script: basename(brakes.gate), when: 'before', every: '200ms' }] });
const moments: Readonly<Record<string, Moment>> = {
  'is paused': { isPaused: true, isNow: ({ phase }) => phase === 'paused', afterStep: null, afterNode: null },
  'waits for its maintenance window': { options: laterWindow, isNow: ({ phase }) => phase === 'awaitingWindow', afterStep: null, afterNode: null },
  'waits for approval': { options: { approval: 'plan' }, isNow: ({ phase }) => phase === 'awaitingApproval', afterStep: null, afterNode: null },
  'fetches the updates': { brake: brakes.mirror, isNow: ({ phase }) => phase === 'staging', afterStep: null, afterNode: null },
  'waits at a gate before a node': {
    brake: brakes.gate,
    options: { ...keep, ...gate },
    isNow: isIn('node3', 'gatesBefore'),
    afterStep: untouched,
    afterNode: done,
  },
  'runs the script before a node': {
    brake: brakes.script,
    options: { ...keep, preUpdateScript: basename(brakes.script) },
    isNow: isIn('node3', 'preUpdateScript'),
    afterStep: { ...untouched, hooks: [{ ended: 'exited', exitCode: 0 }] },
    afterNode: done,
  },
  'drains a node': {
    brake: brakes.stop,
    options: keep,
    isNow: isIn('node3', 'draining'),
    afterStep: { outcome: 'Canceled', installed: 0, restarts: [], kept: null },
    afterNode: done,
  },
  'installs what a restart comes after': {
    brake: brakes.installation,
    options: { restartWhen: 'always' },
    isNow: isIn('node3', 'installing'),
    afterStep: { outcome: 'Canceled', installed: 1, restarts: [], kept: null },
    afterNode: { ...done, restarts: [{}] },
  },
  'restarts a node': {
    options: { restartWhen: 'always' },
    isNow: isIn('node3', 'restarting'),
    afterStep: { ...done, restarts: [{}] },
    afterNode: { ...done, restarts: [{}] },
  },
  'waits until the roles are back': { brake: brakes.start, options: keep, isNow: isIn('node3', 'settling'), afterStep: done, afterNode: done },
};

describe.each([
  ['step', 'afterStep'],
  ['node', 'afterNode'],
] as const)('a run that is told to stop after the %s', (after, expected) => {
  it.each(Object.entries(moments))(
    'while it %s begins nothing more, and leaves every node serving',
    async (_when, { brake, options = {}, isPaused = false, isNow, ...moment }) => {
      await world.lab.offerSlow();
      if (brake !== undefined) await world.sh('node3', `touch ${brake}`);
      const handle = await world.start({ ...inOrder, ...(typeof options === 'function' ? options() : options) }, two);
      if (isPaused) expect(await world.say(handle, 'pause')).toBe(true);
      await world.until(handle, isNow);
      expect(await world.say(handle, 'stop', { reason: 'change freeze', after })).toBe(true);
      if (brake !== undefined) await world.sh('node3', `rm -f ${brake}`);
      const report = await world.report(handle);
      const last = { ...untouched, reason: 'stopped by a lab test: change freeze' };
      expect(report.nodes).toMatchObject([
        { node: 'node3', ...(moment[expected] ?? last) },
        { node: 'node4', ...last },
      ]);
      await expectAllIsWell(report);
    },
  );
});

describe('a maintenance window that closes while a node is at work', () => {
  it('lets that node finish, and the next one is not begun, for that reason', async () => {
    const { letGo, handle, closesAt } = await startBeforeTheEnd();
    await expect.poll(() => Date.now(), { timeout: 150_000, interval: 500 }).toBeGreaterThan(closesAt);
    await letGo();
    const report = await world.report(handle);
    expect(report.nodes).toMatchObject([
      { node: 'node3', ...done },
      { node: 'node4', ...untouched, reason: expect.stringMatching(/^the maintenance window \(until .* UTC\) closed at .*Z$/) },
    ]);
    await expectAllIsWell(report);
  });

  /** A window ends with a minute: the first one in which node3 is expected to fit, with some time to get there. */
  async function startBeforeTheEnd() {
    const timeZone = 'UTC';
    const at = (moment: Temporal.ZonedDateTime) => ({ end: moment.toPlainDateTime().toString({ smallestUnit: 'minute' }), timeZone });
    const now = () => Temporal.Now.zonedDateTimeISO(timeZone);
    await world.lab.offerSlow();
    const { window } = await previewRun(world.temporal, { cluster: world.lab.place.name, options: { window: at(now().add({ hours: 1 })) }, nodes: ['node3'] });
    const neededMs = (window?.nodes[0]?.expected.ms ?? 0) + 15_000;
    const end = now().add({ milliseconds: neededMs }).round({ smallestUnit: 'minute', roundingMode: 'ceil' });
    const stalled = await world.startStalled('node3', { ...inOrder, window: at(end) }, two);
    return { ...stalled, closesAt: end.epochMilliseconds };
  }
});
