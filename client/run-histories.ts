/** The histories of a run and of every workflow that it started, as the Temporal CLI writes them: they can be replayed. */
import type { WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { TemporalClient } from './connection.js';

type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;

/** One history, with the name of the file that it goes into; it is read only when it is asked for. */
export interface NamedHistory {
  /** Such as `updateNode-node1`; no two are the same. */
  readonly name: string;
  readonly workflowId: string;
  /** Reads it, when it is asked for. @throws the client's error, also when Temporal keeps it no longer */
  read(): Promise<string>;
}

/** That of the run itself comes first; then its guard, its nodes and its notifications in the order in which they began. */
export async function listHistories(temporal: TemporalClient, run: WorkflowHandle): Promise<NamedHistory[]> {
  const own = await run.fetchHistory();
  const children = childrenIn(own).map((child, index): NamedHistory => {
    const subject = child.workflowId.split('/').at(-1) ?? '';
    return {
      name: `${String(index + 1).padStart(2, '0')}-${child.type}-${subject.replace(/[^A-Za-z0-9._-]/g, '_')}`,
      workflowId: child.workflowId,
      read: async () => historyToJSON(await temporal.client.workflow.getHandle(child.workflowId, child.runId).fetchHistory()),
    };
  });
  return [{ name: '00-updatingRun', workflowId: run.workflowId, read: () => Promise.resolve(historyToJSON(own)) }, ...children];
}

function childrenIn({ events }: History): { readonly type: string; readonly workflowId: string; readonly runId: string }[] {
  return (events ?? []).flatMap(({ childWorkflowExecutionStartedEventAttributes: started }) => {
    const { workflowId, runId } = started?.workflowExecution ?? {};
    return typeof workflowId === 'string' && typeof runId === 'string' ? [{ type: started?.workflowType?.name ?? 'workflow', workflowId, runId }] : [];
  });
}
