/** Asks the worker of a node for verbs, one by one, as a coordinator does: through Temporal, by a workflow. */
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { clientFailure } from '../../client/failures.js';
import type { Failure } from '../../domain/errors.js';
import type { OneQuestion } from '../workflows/fixtures/one-question.js';
import type { LabWorld } from './lab-world.js';

const logger = new DefaultLogger('ERROR');
// Refusals are what is asked for; they need not be logged as well.
Runtime.install({ logger });

/** What the node answers to each verb, given with what it is asked beyond cluster and node: what it failed with, or null. */
export async function askEach(
  { temporal, address, lab }: LabWorld,
  node: string,
  verbs: Partial<Record<OneQuestion['verb'], object>>,
): Promise<(Failure | null)[]> {
  const { client, namespace } = temporal;
  const taskQueue = `one-question-${randomUUID()}`;
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({ connection, namespace, taskQueue, workflowBundle: await bundle() });
  const ask = ([verb, more]: readonly [string, object]) =>
    client.workflow.execute('preview', { taskQueue, workflowId: randomUUID(), args: [{ cluster: lab.place.name, node, verb, more }] }).then(
      () => null,
      (error: unknown) => clientFailure(error),
    );
  try {
    return await worker.runUntil(Promise.all(Object.entries(verbs).map(ask)));
  } finally {
    await connection.close();
  }
}

const bundle = () =>
  bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('../workflows/fixtures/one-question.ts', import.meta.url)),
    payloadConverterPath: fileURLToPath(new URL('../../workflows/payload-converter.ts', import.meta.url)),
    logger,
  });
