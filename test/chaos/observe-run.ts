/** One run over a lane's cluster, watched from outside, with everything that the oracle needs to judge it. */
import type { WorkflowHandle } from '@temporalio/client';
import { setTimeout as delay } from 'node:timers/promises';
import { clientFailure } from '../../client/failures.js';
import { isUnavailable } from '../../histories/unavailable.js';
import { statusOf } from '../../client/progress.js';
import { startRun } from '../../client/runs.js';
import { verifyRun } from '../../client/verify.js';
import { guardId } from '../../domain/names.js';
import type { RunRequest } from '../../domain/requests.js';
import { reportSchema } from '../../domain/report.js';
import type { Verification } from '../../domain/verify/verify-run.js';
import type { RunEnd, RunEvidence } from './evidence.js';
import { followHistories, type SeenEvent } from '../../histories/follow.js';
import type { Lane } from './lane.js';
import { watchCluster } from './watch-cluster.js';

const guardMs = 60_000;
const lookMs = 50;

export interface Observation {
  readonly request: Omit<RunRequest, 'cluster'>;
  /** What was on offer. */
  readonly version: string;
  /** Called at each event of the run's histories. */
  react?(seen: SeenEvent): void;
  /** When the run counts as hung, in milliseconds since 1970; asked again and again. */
  giveUpAt(): number;
  /** Called after the end of the run, before anything is judged. */
  settle?(): Promise<void>;
}

let runs = 0;

/** Starts a run, follows it to its end, and answers all that is known of it. */
export async function observeRun(lane: Lane, { request, version, react, giveUpAt, settle }: Observation): Promise<RunEvidence> {
  const { cluster, temporal, name, terms } = lane;
  const { nodes } = terms;
  const mapNodes = <T>(value: (node: string) => T): Record<string, T> => Object.fromEntries(nodes.map((node) => [node, value(node)]));
  const before = await countLines(lane);
  const watching = watchCluster(cluster);
  const following = new AbortController();
  runs += 1;
  const handle = await startRun(temporal, { cluster: name, requestedBy: 'chaos', ...request }, `chaos/${name}/${runs}`);
  const events: SeenEvent[] = [];
  const told = (seen: SeenEvent) => {
    events.push(seen);
    react?.(seen);
  };
  const closed = followHistories(temporal, { workflowId: handle.workflowId }, told, { signal: following.signal, isLive: true });
  const end = await endOf(lane, handle, closed, giveUpAt);
  following.abort();
  await closed;
  await settle?.();
  const isGuardClosed = end.kind === 'hung' ? false : await untilGuardClosed(lane);
  const verification = end.kind === 'hung' ? null : await verify(lane, handle.workflowId);
  const after = await readLogs(lane);
  return {
    workflowId: handle.workflowId,
    terms,
    nodes: request.nodes ?? nodes,
    version,
    end,
    events,
    isGuardClosed,
    verification,
    sights: watching.end(),
    description: cluster.description(),
    installs: mapNodes((node) => after.installs[node]?.slice(before.installs[node] ?? 0) ?? []),
    // The boot that was running when the run began is the first.
    boots: mapNodes((node) => after.boots[node]?.slice(Math.max(0, (before.boots[node] ?? 1) - 1)) ?? []),
    installed: Object.fromEntries(await Promise.all(nodes.map(async (node) => [node, await cluster.installedVersions(node)] as const))),
  };
}

/** Temporal may have come back this very moment, when the run was over already: then nobody is there yet to verify it. */
async function verify({ name, temporal, untilCoordinated }: Lane, workflowId: string): Promise<Verification> {
  await untilCoordinated();
  return verifyRun(temporal, { cluster: name, workflowId });
}

async function endOf(lane: Lane, handle: WorkflowHandle, closed: Promise<void>, giveUpAt: () => number): Promise<RunEnd> {
  let isClosed = false;
  void closed.then(() => {
    isClosed = true;
  });
  for (;;) {
    if (Date.now() > giveUpAt()) return { kind: 'hung', pending: await pendingOf(lane, handle) };
    if (!isClosed) {
      await Promise.race([closed, delay(lookMs)]);
      continue;
    }
    try {
      return { kind: 'report', report: reportSchema.parse(await handle.result()) };
    } catch (error) {
      if (!isUnavailable(error)) return { kind: 'failed', failure: clientFailure(error) };
      await delay(lookMs);
    }
  }
}

/** What a run that does not end waits for, in words. */
async function pendingOf({ temporal }: Lane, handle: WorkflowHandle): Promise<string[]> {
  try {
    const status = await statusOf(temporal, handle);
    return [JSON.stringify(status)];
  } catch (error) {
    return [String(error)];
  }
}

async function untilGuardClosed({ temporal, name }: Lane): Promise<boolean> {
  for (const until = Date.now() + guardMs; Date.now() < until; await delay(lookMs)) {
    const guard = await temporal.client.workflow
      .getHandle(guardId(name))
      .describe()
      .catch(() => null);
    if (guard !== null && guard.status.name !== 'RUNNING') return true;
  }
  return false;
}

async function readLogs({ cluster, terms }: Lane) {
  const logs = await Promise.all(terms.nodes.map(async (node) => [node, await cluster.installLog(node), await cluster.bootLog(node)] as const));
  return {
    installs: Object.fromEntries(logs.map(([node, installs]) => [node, installs])),
    boots: Object.fromEntries(logs.map(([node, , boots]) => [node, boots])),
  };
}

async function countLines(lane: Lane) {
  const { installs, boots } = await readLogs(lane);
  return { installs: lengthsOf(installs), boots: lengthsOf(boots) };
}

function lengthsOf(logs: Readonly<Record<string, readonly unknown[]>>): Record<string, number> {
  return Object.fromEntries(Object.entries(logs).map(([node, lines]) => [node, lines.length]));
}
