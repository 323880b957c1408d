/** A good value for every schema that something from outside is checked with. */
import type { z } from 'zod';
import { commandSchemas } from '../../domain/commands.js';
import { guardedNodesSchema, guardOrderSchema, nodeOrderSchema } from '../../domain/node-order.js';
import { notificationOrderSchema, targetNewsSchema } from '../../domain/notification.js';
import { defaultOptions, partialOptionsSchema } from '../../domain/options.js';
import { orderSchema } from '../../domain/order.js';
import { nodeInputs } from '../../domain/ports/activities.js';
import { profileSchema } from '../../domain/profiles.js';
import { recoveryRequestSchema } from '../../domain/recovery.js';
import { reportSchema } from '../../domain/report.js';
import { runRequestSchema } from '../../domain/requests.js';
import { scheduleTimesSchema } from '../../domain/schedule-rule.js';
import { targetSettingsSchema } from '../../domain/target-settings.js';
import { verificationRequestSchema } from '../../domain/verify/request.js';
import { exampleReport } from '../domain/example-report.js';
import type { Json } from './bad-values.js';

const run = { workflowId: 'cau/run/c1/20260101T000000Z', firstExecutionRunId: '0d3b5a52-3c2e-4d0a-9c5e-6f3f9b2f4a01' };
const own = { cluster: 'c1', node: 'node1' };
const update = { name: 'app', plugin: 'apt', from: '1', to: '2', origin: 'o', security: false, sizeBytes: 1, restart: 'notExpected', clusterStack: false };
const operation = { ...own, run, pass: 1, plugin: 'apt', updates: [update] };
const said = { requestId: 'r1', by: 'somebody', reason: 'why not' };
const gate: Json = { name: 'shop', kind: 'http', url: 'http://127.0.0.1:1/health', holdFor: '1s' };
const options: Json = {
  ...(JSON.parse(JSON.stringify(defaultOptions)) as Readonly<Record<string, Json>>),
  preUpdateScript: 'quiesce',
  gates: [gate, { name: 'errors', kind: 'prometheus', url: 'http://127.0.0.1:1', query: 'sum(errors)', condition: '== 0' }],
  probes: [{ role: 'web', http: 'http://127.0.0.1:1/', every: '50ms' }],
  window: { start: '22:00', end: '06:00', timeZone: 'Europe/Zurich' },
  blackouts: [{ from: '2026-12-24', until: '2027-01-03', timeZone: 'Europe/Zurich', reason: 'year end' }],
};

/** The request of a run with every field. */
export const runRequest: Json = {
  cluster: 'c1',
  options,
  nodes: ['node1', 'node2'],
  reason: 'because',
  requestedBy: 'somebody',
  profile: 'fast',
  catchupWindow: '2h',
};
export const nodeOrder: Json = { ...own, run, members: ['node1', 'node2'], options, drain: true, updates: [update], limit: 1 };
export const guardOrder: Json = { cluster: 'c1', run };
export const guardedNodes: Json = ['node1', 'node2'];
export const notificationOrder: Json = { cluster: 'c1', run, execution: run.firstExecutionRunId, targets: ['chat'] };
export const targetNews: Json = { target: 'chat', problem: null, givenUp: 0 };
export const recoveryRequest: Json = { cluster: 'c1', apply: false, nodes: ['node1'], endRun: false, reason: 'why', requestedBy: 'somebody' };
export const verificationRequest: Json = { cluster: 'c1', workflowId: run.workflowId };

const scheduleTimes: Json = {
  rule: { repeat: 'weekly', days: ['tuesday'], everyWeeks: 2, at: '03:00' },
  timeZone: 'Europe/Zurich',
  from: '2027-01-01',
  until: '2027-12-31',
};

/** What `cau schedule create` is told. */
export const scheduleFlags: Json = {
  cluster: 'c1',
  weekly: 'tue,thu',
  everyWeeks: '2',
  at: '03:00',
  timeZone: 'Europe/Zurich',
  from: '2027-01-01',
  until: '2027-12-31',
  catchupWindow: '2h',
  nodes: 'node1,node2',
  profile: 'fast',
  reason: 'because',
  maxFailedNodes: '1',
  quorumWait: '10m',
  order: 'node1,node2',
};

/** A file of configuration with every field. */
export const configuration: Json = {
  cluster: 'c1',
  node: 'node1',
  temporal: { address: '127.0.0.1:7233', namespace: 'default' },
  coordinator: {
    taskQueue: 'cau',
    profiles: ['/etc/cau/profiles'],
    notifyScripts: '/etc/cau/notify',
    metrics: '127.0.0.1:9464',
    notify: { chat: { webhook: 'https://chat.example/hook', from: 'warning' } },
  },
  nodeWorker: {
    driver: 'pacemaker',
    stateDirectory: '/var/lib/cau',
    plugins: ['apt'],
    scriptsDirectory: '/etc/cau/scripts',
    scripts: ['quiesce'],
    allowRestart: true,
    metrics: '[::1]:9465',
  },
};

/** What each command says. */
export const commands: Readonly<Record<keyof typeof commandSchemas, Json>> = {
  pause: said,
  resume: said,
  stop: { ...said, after: 'node' },
  approve: { ...said, node: 'node1' },
  skip: { ...said, node: 'node1' },
};

const steering = { preferences: [{ role: 'web', node: 'node1', score: 1 }], until: '2026-01-01T00:00:00.000Z' };

const activityInputs: Readonly<Record<keyof typeof nodeInputs, Json>> = {
  target: own,
  scan: { ...own, plugins: ['apt'] },
  stage: { ...own, updates: [update] },
  operation,
  verify: { ...own, updates: [update] },
  restart: { ...own, run, pass: 1, expectedBootId: 'b1' },
  confirm: { ...own, run, pass: 1, previousBootId: 'b1' },
  probe: { ...own, probes: [{ role: 'web', http: 'http://127.0.0.1:1/', every: '50ms' }] },
  archive: { ...own, run, report: {} },
  scripts: { ...own, scripts: ['quiesce'] },
  hook: { ...own, run, phase: 'preUpdate', script: 'quiesce', timeout: '1m' },
  gate: { ...own, run, gate, patienceMs: 0, leftMs: 0, failedBefore: ['a'] },
  lease: { ...own, run },
  claim: { ...own, run, releaseAfter: '30m' },
  hold: { ...own, held: 'node2', run, limit: 1, releaseAfter: '30m', terms: { includeStandby: true, serving: false, steering } },
  release: { ...own, held: 'node2', run },
  keep: { ...own, held: 'node2', run, reason: 'to be looked at' },
  evidence: { ...own, run, since: '2026-01-01T00:00:00.000Z' },
  predict: { ...own, order: ['node1'], mode: { placement: 'fewestMoves', failback: 'end' } },
  chooseTargets: { ...own, drained: 'node2', later: ['node1'], homes: [{ role: 'web', node: 'node2' }] },
  failback: { ...own, homes: [{ role: 'web', node: 'node2' }] },
  steer: { ...own, run, of: 'node2', steering },
  unsteer: { ...own, run, of: null },
  endHold: { ...own, run, why: 'a test', evenKept: false },
  watch: { ...own, condition: 'drained', watched: 'node2', run, patienceMs: 0, baseline: { roles: [], scores: [], failedActions: [] } },
};

/** Each schema by what it checks, with a good value. */
export const checked: readonly (readonly [string, z.ZodType, Json])[] = [
  ['updatingRun and preview', runRequestSchema, runRequest],
  ['updateNode', nodeOrderSchema, nodeOrder],
  ['clusterGuard', guardOrderSchema, guardOrder],
  ['notification', notificationOrderSchema, notificationOrder],
  ['recovery', recoveryRequestSchema, recoveryRequest],
  ['verification', verificationRequestSchema, verificationRequest],
  ['the times of a schedule', scheduleTimesSchema, scheduleTimes],
  ['options by flags', partialOptionsSchema, options],
  ['the order of nodes', orderSchema, ['node1', 'node2']],
  ['a target of notifications', targetSettingsSchema, { webhookFile: '/etc/cau/chat.url', from: 'warning', timeout: '5s', headers: { Accept: '*/*' } }],
  ['the file of a report', reportSchema, JSON.parse(JSON.stringify(exampleReport())) as Json],
  ['signal nodes', guardedNodesSchema, guardedNodes],
  ['signal target', targetNewsSchema, targetNews],
  ['a profile', profileSchema, { description: 'one', options }],
  ...Object.entries(commandSchemas).map(([name, schema]) => [`signal ${name}`, schema, commands[name as keyof typeof commands]] as const),
  ...Object.entries(nodeInputs).map(([name, schema]) => [`activity input ${name}`, schema, activityInputs[name as keyof typeof activityInputs]] as const),
];
