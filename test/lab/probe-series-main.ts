/** The process of a series of requests. */
import { get } from 'node:http';
import type { SeriesResult } from './probe-series.js';

interface Request {
  readonly at: number;
  ok: boolean;
  firstOk: boolean;
  by: string;
  doneAt: number;
}

const url = process.argv[2] ?? '';
const [everyMs = 0, attemptMs = 0] = process.argv.slice(3).map(Number);
const requests: Request[] = [];
const pending = new Set<Promise<void>>();

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
  const request: Request = { at: Date.now(), ok: false, firstOk: false, by: '', doneAt: 0 };
  requests.push(request);
  const done = serve(request).finally(() => pending.delete(done));
  pending.add(done);
}

async function serve(request: Request): Promise<void> {
  const first = await attempt();
  request.firstOk = first !== null;
  const by = first ?? (await attempt());
  request.ok = by !== null;
  request.by = by ?? '';
  request.doneAt = Date.now();
}

/** A new connection each time, as a new client would make it. Null: no answer. */
function attempt(): Promise<string | null> {
  return new Promise((resolve) => {
    const outgoing = get(url, { agent: false, timeout: attemptMs }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('end', () => resolve(response.statusCode === 200 ? body.trim() : null)).on('error', () => resolve(null));
    });
    outgoing.on('timeout', () => outgoing.destroy());
    outgoing.on('error', () => resolve(null));
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
  };
}
