/** Measures how long roles do not answer, by an open-loop series of requests. */
import { cancelled, heartbeat } from '@temporalio/activity';
import { setInterval } from 'node:timers';
import { durationMs } from '../domain/duration.js';
import { longest, type Interruption, type Measurement, type Probe } from '../domain/probes.js';

const patienceMs = 1000;
const heartbeatMs = 200;

/** Sends every probe at its rate until the activity is canceled, then answers what was measured. */
export async function probeRoles(probes: readonly Probe[]): Promise<Measurement[]> {
  const series = probes.map(startSeries);
  const beating = setInterval(() => heartbeat(), heartbeatMs);
  try {
    await cancelled();
  } catch {
    // Canceling is how a run ends its measurement.
  } finally {
    clearInterval(beating);
  }
  return Promise.all(series.map((one) => one.end()));
}

interface Answer {
  readonly sentAt: number;
  answeredAt: number | null;
  settled: boolean;
}

function startSeries(probe: Probe): { end(): Promise<Measurement> } {
  const answers: Answer[] = [];
  const pending = new Set<Promise<void>>();
  const sending = setInterval(() => {
    const answer: Answer = { sentAt: Date.now(), answeredAt: null, settled: false };
    answers.push(answer);
    const request = send(probe.http, answer).finally(() => pending.delete(request));
    pending.add(request);
  }, durationMs(probe.every));
  return {
    async end() {
      clearInterval(sending);
      await Promise.all(pending);
      const interruptions = findInterruptions(answers);
      return {
        role: probe.role,
        requests: answers.length,
        failed: answers.filter((answer) => answer.answeredAt === null).length,
        interruptions: longest(interruptions),
      };
    },
  };
}

async function send(url: string, answer: Answer): Promise<void> {
  try {
    // A new connection each time, as a new client would make it: a kept one would hide that the address moved.
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(patienceMs), headers: { connection: 'close' } });
    await response.arrayBuffer();
    if (response.status < 400) answer.answeredAt = Date.now();
  } catch {
    // No answer is what is measured here.
  }
}

/** From the last answered request before a failure to the answer of the first one after it. */
export function findInterruptions(answers: readonly { readonly sentAt: number; readonly answeredAt: number | null }[]): Interruption[] {
  const interruptions: Interruption[] = [];
  let lastGood: number | null = null;
  let from: number | null = null;
  for (const answer of answers) {
    if (answer.answeredAt === null) from ??= lastGood ?? answer.sentAt;
    else {
      if (from !== null) interruptions.push({ from: new Date(from).toISOString(), ms: answer.answeredAt - from });
      from = null;
      lastGood = answer.sentAt;
    }
  }
  const last = answers.at(-1);
  if (from !== null && last !== undefined) interruptions.push({ from: new Date(from).toISOString(), ms: last.sentAt - from });
  return interruptions;
}
