/** The process of a series of requests. */
import { get } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { SeriesResult } from './probe-series.js';

interface Request {
  readonly at: number;
  ok: boolean;
  firstOk: boolean;
  by: string;
  /** Why its last attempt failed. */
  reason: string;
}

/** Who answered, or why nobody did. */
type Answer = { readonly by: string } | { readonly reason: string };

const url = process.argv[2] ?? '';
const [everyMs = 0, attemptMs = 0] = process.argv.slice(3).map(Number);
const requests: Request[] = [];
const pending = new Set<Promise<void>>();

const delays = monitorEventLoopDelay();
delays.enable();
const startedAt = performance.now();
const sending = setInterval(() => {
  // A timer is late under load, and then later and later: what is due is sent all the same.
  while (requests.length <= (performance.now() - startedAt) / everyMs) send();
}, everyMs);
// Ctrl-C is for whoever started the series, and wants its result; without him there is nobody to tell.
process.on('SIGINT', () => undefined);
process.once('disconnect', () => process.exit());
process.send?.('started');
process.on('message', (atLeast: number) => void end(atLeast));

async function end(atLeast: number): Promise<void> {
  while (requests.length < atLeast) await new Promise((resolve) => setTimeout(resolve, everyMs));
  clearInterval(sending);
  await Promise.all(pending);
  process.send?.(resultOf(requests));
}

function send(): void {
  const request: Request = { at: Date.now(), ok: false, firstOk: false, by: '', reason: '' };
  requests.push(request);
  const done = serve(request).finally(() => pending.delete(done));
  pending.add(done);
}

async function serve(request: Request): Promise<void> {
  const first = await attempt();
  request.firstOk = 'by' in first;
  const answer = request.firstOk ? first : await attempt();
  request.ok = 'by' in answer;
  if ('by' in answer) request.by = answer.by;
  else request.reason = answer.reason;
}

/** A new connection each time, as a new client would make it. */
function attempt(): Promise<Answer> {
  return new Promise((resolve) => {
    const fail = (error: NodeJS.ErrnoException) => resolve({ reason: error.code ?? error.message });
    const outgoing = get(url, { agent: false, timeout: attemptMs }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('end', () => resolve(response.statusCode === 200 ? { by: body.trim() } : { reason: `HTTP ${response.statusCode}` })).on('error', fail);
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer in time')));
    outgoing.on('error', fail);
  });
}

/** An interruption lasts from the last request whose first attempt was answered to the next one, or to the end. */
function resultOf(all: readonly Request[]): SeriesResult {
  const interruptions: { from: string; ms: number; before: string; after: string }[] = [];
  let last: Request | null = null;
  let isDown = false;
  const interruptedUntil = (request: Request, after: string) => {
    const from = last?.at ?? all[0]?.at ?? request.at;
    interruptions.push({ from: new Date(from).toISOString(), ms: request.at - from, before: last?.by ?? '', after });
  };
  for (const request of all) {
    if (!request.firstOk) isDown = true;
    else {
      if (isDown) interruptedUntil(request, request.by);
      isDown = false;
      last = request;
    }
  }
  const end = all.at(-1);
  if (isDown && end !== undefined) interruptedUntil(end, '');
  return {
    requests: all.length,
    failedOnce: all.filter((request) => !request.firstOk).length,
    failed: all.filter((request) => !request.ok).length,
    interruptions,
    failures: failuresOf(all),
    stalledMs: Math.round(delays.max / 1e6),
  };
}

function failuresOf(all: readonly Request[]): SeriesResult['failures'] {
  const rows: Request[][] = [];
  for (const [index, request] of all.entries()) {
    if (request.ok) continue;
    if (index > 0 && all[index - 1]?.ok === false) rows.at(-1)?.push(request);
    else rows.push([request]);
  }
  return rows.map((row) => {
    const from = row[0]?.at ?? 0;
    const reasons = [...new Set(row.map(({ reason }) => reason))];
    return { from: new Date(from).toISOString(), ms: (row.at(-1)?.at ?? from) - from, requests: row.length, reasons };
  });
}
