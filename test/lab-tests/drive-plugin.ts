/**
 * Runs the update plug-in `apt` inside a node of the lab: one JSON request a line on standard input, `{id, verb, updates}`,
 * and on standard output lines of progress, `{id, progress}`, and one answer, `{id, value, ms}` or `{id, failure, ms}`.
 * The verbs `operate-…` run as the node worker runs them: once, in a transient unit that outlives this process.
 */
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { failureOf } from '../../domain/errors.js';
import type { Update } from '../../domain/updates.js';
import { createLedger } from '../../host/ledger.js';
import { createLinuxHost } from '../../host/linux-host.js';
import type { OperationSpecification } from '../../host/operation.js';
import { runOnce } from '../../host/run-once.js';
import { createAptPlugin } from '../../plugins/apt/apt-plugin.js';

interface PluginRequest {
  readonly id: number;
  readonly verb: 'scan' | 'scan-security' | 'stage' | 'install' | 'verify' | 'repair' | 'restartNeed' | 'operate-install' | 'operate-repair';
  readonly updates: readonly Update[];
}

const [cluster = 'lab', node = ''] = process.argv.slice(2);
const stateDirectory = '/var/lib/cau/plugins/apt';
const plugin = createAptPlugin();
const ledger = createLedger('/var/lib/cau/ledger');
const host = createLinuxHost([process.execPath, fileURLToPath(new URL('../../dist/workers/operation-main.js', import.meta.url))]);
const begunAt = (await readFile('/proc/uptime', 'utf8')).split(' ')[0] ?? '';

for await (const line of createInterface({ input: process.stdin })) void answer(JSON.parse(line) as PluginRequest);

async function answer(request: PluginRequest): Promise<void> {
  const { id } = request;
  const tell = (news: object) => process.stdout.write(`${JSON.stringify({ id, ...news })}\n`);
  const startedMs = performance.now();
  let outcome: object;
  try {
    outcome = { value: await perform(request, (line) => tell({ progress: line })) };
  } catch (error) {
    outcome = { failure: failureOf(error) };
  }
  tell({ ...outcome, ms: Math.round(performance.now() - startedMs) });
}

async function perform({ id, verb, updates }: PluginRequest, progress: (line: string) => void): Promise<unknown> {
  const context = { cluster, node, stateDirectory, progress };
  if (verb === 'scan') return plugin.scan('all', context);
  if (verb === 'scan-security') return plugin.scan('security', context);
  if (verb === 'repair' || verb === 'restartNeed') return plugin[verb](context);
  if (verb === 'stage' || verb === 'install' || verb === 'verify') return plugin[verb](updates, context);
  const operation = verb === 'operate-install' ? 'install' : 'repair';
  const specification: OperationSpecification = {
    operationId: `${begunAt}/${id}`,
    verb: operation,
    plugin: 'apt',
    updates: [...updates],
    cluster,
    node,
    stateDirectory,
    machineFile: null,
  };
  return runOnce({ ledger, host }, specification, progress);
}
