/** What a run without a report was allowed, as it told the first node that it began. */
import type { WorkflowHandle } from '@temporalio/client';
import { z } from 'zod';
import type { RunTerms } from '../domain/evidence.js';
import { decode } from '../histories/payloads.js';

/** As much of an order as is needed here, whichever version gave it. */
const orderSchema = z.object({ limit: z.number().int(), options: z.object({ allowOutage: z.boolean().default(false) }) });

/** Null when it began no node, or its history does not tell. */
export async function readToldTerms(run: WorkflowHandle): Promise<RunTerms | null> {
  const { events } = await run.fetchHistory();
  for (const event of events ?? []) {
    const order = orderSchema.safeParse(decode(event.startChildWorkflowExecutionInitiatedEventAttributes?.input)).data;
    if (order !== undefined) return { limit: order.limit, allowOutage: order.options.allowOutage };
  }
  return null;
}
