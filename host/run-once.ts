/**
 * Runs an operation on this node at most once per id. A later attempt attaches to the running one or answers its stored
 * result; an operation that was started and left no result is `interrupted`, never assumed done or undone.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CauError, failureSchema } from '../domain/errors.js';
import type { OperationAnswer } from '../domain/ports/activities.js';
import type { NodeHost } from '../domain/ports/node-host.js';
import { writeDurably, type Ledger } from './ledger.js';
import { progressFile, specificationFile, type OperationSpecification } from './operation.js';

export interface RunOnceDependencies {
  readonly ledger: Ledger;
  readonly host: NodeHost;
}

const lookMs = 25;
const aliveMs = 500;

/**
 * The operation's result.
 * @param onProgress called with the last line of progress whenever the operation is looked at
 * @throws CauError what the operation itself failed with
 */
export async function runOnce<T>(
  { ledger, host }: RunOnceDependencies,
  specification: OperationSpecification,
  onProgress: (line: string) => void,
): Promise<OperationAnswer<T>> {
  const { operationId } = specification;
  const directory = await ledger.directoryOf(operationId);
  const bootId = await host.bootId();
  const unit = unitName(operationId);
  const started = await ledger.findStart(operationId);
  if (started === null) {
    await writeDurably(directory, specificationFile, specification);
    await ledger.recordStart({ operationId, bootId, at: new Date().toISOString() });
    await host.startOperation(unit, join(directory, specificationFile));
  }
  for (let looked = 0; ; looked += lookMs) {
    const result = await ledger.findResult(operationId);
    if (result !== null) return answerOf<T>(result);
    const isLost = (started !== null && started.bootId !== bootId) || (looked % aliveMs === 0 && !(await host.isOperationRunning(unit)));
    if (isLost) {
      // It may have ended between the two looks; its result is on disk before its process ends.
      const last = await ledger.findResult(operationId);
      if (last !== null) return answerOf<T>(last);
      return { kind: 'interrupted', message: `The operation "${specification.verb}" was begun on boot ${started?.bootId ?? bootId} and left no result.` };
    }
    onProgress(await lastProgress(directory));
    await delay(lookMs);
  }
}

/** The name under which an operation's process runs: a systemd unit name on Linux. */
export function unitName(operationId: string): string {
  return `cau-operation-${createHash('sha256').update(operationId).digest('hex').slice(0, 16)}`;
}

function answerOf<T>(stored: unknown): OperationAnswer<T> {
  const result = stored as { value?: T; failure?: unknown };
  if (result.failure === undefined) return { kind: 'finished', result: result.value as T };
  const failure = failureSchema.parse(result.failure);
  const { where, facts, remedy } = failure;
  throw new CauError(failure.code, failure.message, { remedy, ...(where === undefined ? {} : { where }), ...(facts === undefined ? {} : { facts }) });
}

async function lastProgress(directory: string): Promise<string> {
  return readFile(join(directory, progressFile), 'utf8').catch(() => '');
}
