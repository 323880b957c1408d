/** What a run waits for that does not end: a test that only runs out of its time would not tell. */
import type { WorkflowHandle } from '@temporalio/client';
import type { TemporalClient } from '../../client/connection.js';
import { statusOf } from '../../client/progress.js';
import { renderWait } from '../../domain/waits.js';
import type { Report } from '../../domain/report.js';

/** The report of a run. @throws Error with where it stands when it has not ended in time */
export async function reportWithin(temporal: TemporalClient, handle: WorkflowHandle, withinMs: number, look?: () => Promise<string>): Promise<Report> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      void whereItStands(temporal, handle, look).then((words) => reject(new Error(`no report after ${withinMs / 1000} s: ${words}`)));
    }, withinMs);
  });
  try {
    return await Promise.race([handle.result() as Promise<Report>, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** @param look at the cluster itself */
export async function whereItStands(temporal: TemporalClient, handle: WorkflowHandle, look?: () => Promise<string>): Promise<string> {
  const [status, seen] = await Promise.all([statusOf(temporal, handle).catch(String), look?.().catch(String)]);
  return [typeof status === 'string' ? status : describe(status), ...(seen === undefined ? [] : [seen])].join('\n');
}

function describe(status: Awaited<ReturnType<typeof statusOf>>): string {
  if (status.kind !== 'whole') return JSON.stringify(status);
  const { phase, wait, nodes } = status.progress;
  const lines = nodes
    .filter(({ step }) => step !== null)
    .map((node) => `${node.node} ${node.step ?? ''}: ${node.detail}${node.wait === null ? '' : `; waits: ${renderWait(node.wait)}`}`);
  return [`the run is ${phase}${wait === null ? '' : `; waits: ${renderWait(wait)}`}`, ...lines].join('\n');
}
