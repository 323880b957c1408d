/** Watches one gate: looks at it again and again until it has held without a break for as long as it must. */
import { cancellationSignal, heartbeat } from '@temporalio/activity';
import { setTimeout as delay } from 'node:timers/promises';
import type { z } from 'zod';
import { durationMs, renderElapsed } from '../domain/duration.js';
import { createHoldTime, type Gate, type GateAnswer, type GateLook } from '../domain/gates.js';
import { lookAtCluster, lookAtHttp, lookAtPrometheus, lookAtScript, type HttpAnswer } from '../domain/gate-looks.js';
import type { nodeInputs } from '../domain/ports/activities.js';
import type { ClusterDriver } from '../domain/ports/cluster-driver.js';
import { factsFor } from '../host/hook-operation.js';
import { runScript } from '../host/run-script.js';
import { requireScript, type ScriptPolicy } from '../host/scripts.js';
import { requireQuorate } from './quorate.js';

/** What a node has to look at gates with. */
export interface GateDependencies {
  readonly own: { readonly cluster: string; readonly node: string };
  readonly driver: ClusterDriver;
  readonly scripts: ScriptPolicy;
}

const beatMs = 1000;
const answerMs = 3000;
const scriptMs = 10_000;
const bodyBytes = 64 * 1024;

/** A worker that ends meanwhile answers what it saw; whoever watches on begins `holdFor` anew. */
export async function watchGate(
  deps: GateDependencies,
  { gate, run, failedBefore = [], patienceMs, leftMs }: z.infer<typeof nodeInputs.gate>,
): Promise<GateAnswer> {
  const from = performance.now();
  const holdForMs = durationMs(gate.holdFor);
  const held = createHoldTime();
  const ending = cancellationSignal();
  let seen = 'nothing yet';
  const beating = setInterval(() => heartbeat(seen), beatMs);
  try {
    for (;;) {
      const look = await lookAt(deps, gate, { run: run.workflowId, failedBefore, signal: ending });
      // What was cut short by that shows nothing.
      if (ending.aborted) return { passed: false, seen, heldMs: 0 };
      const now = performance.now();
      const heldMs = held.see(look.holds, now);
      seen = heldMs === null || holdForMs === 0 ? look.seen : `${look.seen}, for ${renderElapsed(heldMs)} of ${gate.holdFor}`;
      heartbeat(seen);
      const answer = { passed: heldMs !== null && heldMs >= holdForMs, seen, heldMs: Math.round(heldMs ?? 0) };
      const isOver = now - from >= leftMs || (heldMs === null && now - from >= patienceMs);
      if (answer.passed || isOver) return answer;
      await delay(Math.min(durationMs(gate.every), Math.max(0, leftMs - (now - from))), undefined, { signal: ending }).catch(() => undefined);
    }
  } finally {
    clearInterval(beating);
  }
}

interface Circumstances {
  readonly run: string;
  readonly failedBefore: readonly string[];
  readonly signal: AbortSignal;
}

async function lookAt({ own, driver, scripts }: GateDependencies, gate: Gate, { run, failedBefore, signal }: Circumstances): Promise<GateLook> {
  switch (gate.kind) {
    case 'cluster': {
      const { sight, isIdle } = await driver.look();
      requireQuorate(sight);
      const look = lookAtCluster(sight, failedBefore);
      return look.holds ? lookAtCluster({ ...sight, idle: await isIdle() }, failedBefore) : look;
    }
    case 'http':
      return lookAtHttp(gate, await get(gate.url, signal));
    case 'command':
      return lookAtScript(
        await runScript({
          file: await requireScript(scripts, gate.script),
          facts: { ...factsFor({ ...own, run }), CAU_PHASE: 'gate', CAU_GATE: gate.name },
          timeoutMs: scriptMs,
          signal,
        }),
      );
    case 'prometheus':
      return lookAtPrometheus(gate, await get(`${gate.url.replace(/\/$/, '')}/api/v1/query?${new URLSearchParams({ query: gate.query }).toString()}`, signal));
  }
}

/** The first answer, redirections not followed: an address must not lead elsewhere than was asked for. */
async function get(url: string, signal: AbortSignal): Promise<HttpAnswer> {
  try {
    const response = await fetch(url, {
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerMs)]),
      headers: { connection: 'close' },
    });
    return { status: response.status, body: await beginningOf(response) };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    if (cause instanceof Error && cause.name === 'TimeoutError') return { error: `none within ${answerMs / 1000} s` };
    return { error: cause instanceof Error ? cause.message : String(cause) };
  }
}

async function beginningOf({ body }: Response): Promise<string> {
  if (body === null) return '';
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  while (bytes < bodyBytes) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    bytes += value.length;
  }
  await reader.cancel();
  return Buffer.concat(chunks).subarray(0, bodyBytes).toString('utf8');
}
