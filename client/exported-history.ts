/** Histories in files, as the Temporal CLI, the Temporal Web UI and `cau support` export them. */
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { readFile } from 'node:fs/promises';
import { CauError } from '../domain/errors.js';
import type { TimeLine } from '../domain/time-line.js';
import { timeLineOf } from '../histories/time-line.js';

type History = ReturnType<typeof historyFromJSON>;

/** The time line of the histories in these files. @throws CauError as `readExportedHistory` */
export async function readTimeLine(files: readonly string[]): Promise<TimeLine> {
  return timeLineOf(await Promise.all(files.map((file) => readExportedHistory(file))));
}

/** The events of the history in this file. @throws CauError `InvalidInput` when it cannot be read, or is no exported history */
export async function readExportedHistory(file: string): Promise<NonNullable<History['events']>> {
  const { events } = parse(file, await readFile(file, 'utf8').catch((error: unknown) => refuse(file, 'cannot be read', error)));
  if (events?.[0]?.workflowExecutionStartedEventAttributes) return events;
  return refuse(file, 'is no exported history');
}

function parse(file: string, content: string): History {
  try {
    return historyFromJSON(JSON.parse(content));
  } catch (error) {
    return refuse(file, 'is no exported history', error);
  }
}

function refuse(file: string, why: string, cause?: unknown): never {
  throw new CauError('InvalidInput', `${file} ${why}.`, {
    where: file,
    remedy: 'Export one with "temporal workflow show --workflow-id ID --output json", from the Temporal Web UI, or with "cau support".',
    cause,
  });
}
