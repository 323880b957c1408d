/** An operation as its own process: what it is told, and how it leaves its result. */
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { failureOf } from '../domain/errors.js';
import { nameSchema } from '../domain/names.js';
import type { PluginContext, UpdatePlugin } from '../domain/ports/update-plugin.js';
import { updateSchema } from '../domain/updates.js';
import { findJson, resultFile, writeDurably } from './ledger.js';

export const specificationFile = 'specification.json';
export const progressFile = 'progress.txt';

/** What an operation's process reads: everything it needs, nothing to execute by path or command. */
export const operationSpecificationSchema = z.strictObject({
  operationId: z.string().min(1),
  verb: z.enum(['install', 'repair']),
  plugin: nameSchema,
  updates: z.array(updateSchema),
  cluster: nameSchema,
  node: nameSchema,
  /** The plug-in's own directory. */
  stateDirectory: z.string().min(1),
  /** The file of the simulated machine, for plug-ins that work on one. */
  machineFile: z.string().nullable(),
});
export type OperationSpecification = z.infer<typeof operationSpecificationSchema>;

/** Does what the specification in `path` says with the plug-in made for it, and stores the result beside it. */
export async function performOperation(path: string, createPlugin: (specification: OperationSpecification) => UpdatePlugin): Promise<void> {
  const specification = operationSpecificationSchema.parse(await findJson(path));
  const directory = dirname(path);
  const context: PluginContext = {
    cluster: specification.cluster,
    node: specification.node,
    stateDirectory: specification.stateDirectory,
    progress: (line) => writeFileSync(join(directory, progressFile), line.slice(0, 300)),
  };
  await writeDurably(directory, resultFile, await resultOf(specification, createPlugin, context));
}

async function resultOf(
  specification: OperationSpecification,
  createPlugin: (specification: OperationSpecification) => UpdatePlugin,
  context: PluginContext,
): Promise<unknown> {
  try {
    const plugin = createPlugin(specification);
    return { value: specification.verb === 'install' ? await plugin.install(specification.updates, context) : await plugin.repair(context) };
  } catch (error) {
    return { failure: failureOf(error) };
  }
}
