/** Runs a hook of a run on its node, once. */
import { heartbeat } from '@temporalio/activity';
import type { z } from 'zod';
import { durationMs } from '../domain/duration.js';
import { hookStep, type ScriptEnd } from '../domain/hooks.js';
import type { nodeInputs, OperationAnswer } from '../domain/ports/activities.js';
import type { NodeHost } from '../domain/ports/node-host.js';
import type { HookSpecification } from '../host/hook-operation.js';
import type { Ledger } from '../host/ledger.js';
import { runOnce } from '../host/run-once.js';
import { requireScript, type ScriptPolicy } from '../host/scripts.js';
import { operationId } from './operation-id.js';

/** What a node has to run hooks with. */
export interface HookDependencies {
  readonly own: { readonly cluster: string; readonly node: string };
  readonly host: NodeHost;
  readonly ledger: Ledger;
  readonly scripts: ScriptPolicy;
}

/** A script that is refused was not begun, so that it can be run once it is as it must be. */
export async function runHook(deps: HookDependencies, input: z.infer<typeof nodeInputs.hook>): Promise<OperationAnswer<ScriptEnd>> {
  const { own, ledger, scripts } = deps;
  const { run, phase, script, timeout, outcome = null } = input;
  const specification: HookSpecification = {
    operationId: operationId(run, own.node, hookStep(phase), 1),
    verb: 'hook',
    phase,
    script,
    ...own,
    run: run.workflowId,
    outcome,
    timeoutMs: Math.max(1, Math.round(durationMs(timeout))),
    policy: scripts,
  };
  if ((await ledger.findStart(specification.operationId)) === null) await requireScript(scripts, script);
  return runOnce<ScriptEnd>(deps, specification, heartbeat);
}
