/** What Temporal writes on a workflow that a schedule starts. */
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { workflowInfo } from '@temporalio/workflow';
import type { ScheduledStart } from '../domain/scheduled-start.js';

const scheduleKey = defineSearchAttributeKey('TemporalScheduledById', SearchAttributeType.KEYWORD);
const startKey = defineSearchAttributeKey('TemporalScheduledStartTime', SearchAttributeType.DATETIME);

/** The schedule that started this workflow, and for when; null when none did. */
export function readScheduledStart(): ScheduledStart | null {
  const { typedSearchAttributes } = workflowInfo();
  const schedule = typedSearchAttributes.get(scheduleKey);
  const at = typedSearchAttributes.get(startKey);
  return schedule === undefined || at === undefined ? null : { schedule, at: at.toISOString() };
}
