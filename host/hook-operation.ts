/** A hook as an operation of the node: the script of a name, run once, with what it came to as the result. */
import { z } from 'zod';
import { hookPhaseSchema, scriptNameSchema, type ScriptEnd } from '../domain/hooks.js';
import { nameSchema } from '../domain/names.js';
import { nodeOutcomeSchema } from '../domain/outcomes.js';
import { runScript, type ScriptFacts } from './run-script.js';
import { requireScript } from './scripts.js';

/** What the process of a hook reads. Directory and policy are the node's own, never the run's. */
export const hookSpecificationSchema = z.strictObject({
  operationId: z.string().min(1),
  verb: z.literal('hook'),
  phase: hookPhaseSchema,
  script: scriptNameSchema,
  cluster: nameSchema,
  node: nameSchema,
  /** The id of the run's workflow. */
  run: z.string().min(1),
  /** How the update of the node stands; null before it. */
  outcome: nodeOutcomeSchema.nullable(),
  timeoutMs: z.number().int().positive(),
  policy: z.strictObject({ directory: z.string().min(1), allowed: z.array(nameSchema).readonly().nullable() }),
});
export type HookSpecification = z.infer<typeof hookSpecificationSchema>;

/**
 * Runs it. A process that is told to end, as by a machine that shuts down, takes the script with it and leaves no result:
 * nobody knows how far it came.
 */
export async function performHook(specification: HookSpecification, progress: (line: string) => void): Promise<ScriptEnd> {
  const ending = new AbortController();
  process.once('SIGTERM', () => ending.abort());
  const { phase, outcome, timeoutMs } = specification;
  const end = await runScript({
    file: await requireScript(specification.policy, specification.script),
    facts: { ...factsFor(specification), CAU_PHASE: phase, ...(outcome === null ? {} : { CAU_OUTCOME: outcome }) },
    timeoutMs,
    signal: ending.signal,
    onLine: progress,
  });
  if (ending.signal.aborted) process.exit(143);
  return end;
}

/** What every script of a run is told. */
export function factsFor({ cluster, node, run }: { readonly cluster: string; readonly node: string; readonly run: string }): ScriptFacts {
  return { CAU_CLUSTER: cluster, CAU_NODE: node, CAU_RUN: run };
}
