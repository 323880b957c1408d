/** Is anything under way in the cluster? */
import type { Cib, CibVersion } from './cib.js';
import type { CommandRunner } from './commands.js';
import { findAt, parseXml } from './xml.js';
import { isSameConfiguration } from './cib.js';
import { parseSimulation } from './simulation.js';

/** How long the controller may be idle with a change before it that the scheduler would still act on; then we believe the controller. */
const reactionMs = 2000;

/** `idle`: nothing is under way. `pending`: operations are. `deciding`: none is, but the controller is not done. */
export type Activity = 'idle' | 'pending' | 'deciding';

/** Tells what the cluster is doing; `text` is the CIB as it was read. */
export type IdleProof = (cib: Cib, text: string, coordinator: string | null) => Promise<Activity>;

/**
 * Answers whether nothing is under way: no operation is pending, the designated controller is idle, and the scheduler
 * has nothing to do. The last is asked once per configuration: right after a change the controller is still idle, since
 * it has not heard of it.
 */
export function createIdleProof(run: CommandRunner): IdleProof {
  let seen: { readonly version: CibVersion; readonly atMs: number; isSettled: boolean } | undefined;
  return async (cib, text, coordinator) => {
    if (seen === undefined || !isSameConfiguration(seen.version, cib.version)) seen = { version: cib.version, atMs: Date.now(), isSettled: false };
    const current = seen;
    if (cib.pendingOperations.length > 0) return 'pending';
    if (coordinator === null) return 'deciding';
    const [isIdle, isSettled] = await Promise.all([isControllerIdle(run, coordinator), current.isSettled || hasNothingToDo(run, text)]);
    if (isIdle && (isSettled || Date.now() - current.atMs > reactionMs)) current.isSettled = true;
    return isIdle && current.isSettled ? 'idle' : 'deciding';
  };
}

async function isControllerIdle(run: CommandRunner, coordinator: string): Promise<boolean> {
  const result = await run('crmadmin', [`--status=${coordinator}`, '--output-as=xml']);
  if (result.exitCode !== 0) return false;
  return findAt(parseXml(result.stdout, 'crmadmin'), 'crmd')?.attributes['state'] === 'S_IDLE';
}

async function hasNothingToDo(run: CommandRunner, text: string): Promise<boolean> {
  const result = await run('crm_simulate', ['--xml-pipe', '--simulate', '--output-as=xml'], { input: text });
  return result.exitCode === 0 && parseSimulation(result.stdout).actions.length === 0;
}
