/** How a run lets its targets be told: by a workflow beside it, so that a target that is down holds up nothing. */
import { ParentClosePolicy, setHandler, startChild, workflowInfo } from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { notificationId } from '../domain/names.js';
import { targetNewsSchema } from '../domain/notification.js';
import { targetSignal } from './messages.js';
import type { notification } from './notification.js';
import type { RunState } from './run-state.js';

/** Begins to tell the targets of the run its events; they are told on after the run, also when it was terminated. */
export async function notifyTargets(state: RunState): Promise<void> {
  const { run, options, request } = state;
  const targets = [...new Set(options.values.notify)];
  if (targets.length === 0) return;
  setHandler(targetSignal, (told) => {
    const news = targetNewsSchema.safeParse(told).data;
    if (news !== undefined && targets.includes(news.target)) state.targetNews.set(news.target, news);
  });
  try {
    await startChild<typeof notification>('notification', {
      workflowId: notificationId(request.cluster, run),
      args: [{ cluster: request.cluster, run, execution: workflowInfo().runId, targets }],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      workflowTaskTimeout: '2s',
      staticSummary: `tells ${targets.join(', ')} the events of ${run.workflowId}`,
    });
  } catch (error) {
    // Begun by an execution of this run before a reset: it goes on with this one.
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
