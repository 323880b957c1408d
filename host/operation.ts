/** An operation as its own process: what it is told, and how it leaves its result. */
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { failureOf } from '../domain/errors.js';
import { nameSchema } from '../domain/names.js';
import type { PluginContext, UpdatePlugin } from '../domain/ports/update-plugin.js';
import { updateSchema } from '../domain/updates.js';
import { hookSpecificationSchema, performHook } from './hook-operation.js';
import { findJson, resultFile, writeDurably } from './ledger.js';

export const specificationFile = 'specification.json';
export const progressFile = 'progress.txt';

const pluginSpecificationSchema = z.strictObject({
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
export type PluginSpecification = z.infer<typeof pluginSpecificationSchema>;

/** What an operation's process reads: everything it needs, nothing to execute by path or command. */
export const operationSpecificationSchema = z.discriminatedUnion('verb', [pluginSpecificationSchema, hookSpecificationSchema]);
export type OperationSpecification = z.infer<typeof operationSpecificationSchema>;

/** Does what the specification in `path` says with the plug-in made for it, and stores the result beside it. */
export async function performOperation(path: string, createPlugin: (specification: PluginSpecification) => UpdatePlugin): Promise<void> {
  const specification = operationSpecificationSchema.parse(await findJson(path));
  const directory = dirname(path);
  const progress = (line: string) => writeFileSync(join(directory, progressFile), line.slice(0, 300));
  const result = specification.verb === 'hook' ? performHook(specification, progress) : performWithPlugin(specification, createPlugin, progress);
  await writeDurably(directory, resultFile, await resultOf(result));
}

async function performWithPlugin(
  specification: PluginSpecification,
  createPlugin: (specification: PluginSpecification) => UpdatePlugin,
  progress: (line: string) => void,
): Promise<unknown> {
  const { cluster, node, stateDirectory, verb, updates } = specification;
  const context: PluginContext = { cluster, node, stateDirectory, progress };
  const plugin = createPlugin(specification);
  return verb === 'install' ? plugin.install(updates, context) : plugin.repair(context);
}

async function resultOf(work: Promise<unknown>): Promise<unknown> {
  try {
    return { value: await work };
  } catch (error) {
    return { failure: failureOf(error) };
  }
}
