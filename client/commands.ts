/** Telling a run something, and waiting for its answer. */
import { WorkflowNotFoundError, type WorkflowHandle } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { z } from 'zod';
import { commandSchemas, type CommandAnswer, type CommandName } from '../domain/commands.js';
import { CauError } from '../domain/errors.js';
import { parseInput } from '../domain/parse-input.js';
import type { TemporalClient } from './connection.js';
import { statusOf } from './progress.js';

type Said<K extends CommandName> = Omit<z.input<(typeof commandSchemas)[K]>, 'requestId'>;

const patienceMs = 5000;
const lookMs = 100;

/**
 * Sends a command. A signal is durable also when no coordinator is up.
 * @returns the run's answer, or null when it is recorded and nobody has answered yet
 */
export async function command<K extends CommandName>(temporal: TemporalClient, handle: WorkflowHandle, name: K, said: Said<K>): Promise<CommandAnswer | null> {
  const requestId = randomUUID();
  const payload = parseInput<unknown>(commandSchemas[name], { ...said, requestId }, name);
  await handle.signal(name, payload).catch(async (error: unknown) => {
    throw error instanceof WorkflowNotFoundError ? await explainClosed(handle) : error;
  });
  const giveUpAt = Date.now() + patienceMs;
  while (Date.now() < giveUpAt) {
    const status = await statusOf(temporal, handle);
    if (status.kind === 'partial') return null;
    const answer = status.progress.commands.find((candidate) => candidate.requestId === requestId);
    if (answer !== undefined) return answer;
    await delay(lookMs);
  }
  return null;
}

/** Temporal says "not found" of a run that is over too. @throws WorkflowNotFoundError when there is none of that id */
async function explainClosed(handle: WorkflowHandle): Promise<CauError> {
  const { workflowId } = await handle.describe();
  return new CauError('RunNotFound', `Run ${workflowId} is over.`, { where: workflowId, remedy: `Read its report: cau report show ${workflowId}` });
}
