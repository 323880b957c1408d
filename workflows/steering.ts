/** Steering the roles of a node that is drained, so that they move as seldom as possible. */
import { durationMs } from '../domain/duration.js';
import type { Steering } from '../domain/steering.js';
import { failureFrom } from './failures.js';
import type { NodeState } from './node-state.js';
import { thinkingMs } from './witnesses.js';

/** How long a preference may outlive the time in which it was to be followed: the dead man's switch, never the rule. */
const marginMs = 30 * 60_000;

/**
 * Where the roles of the node should go; null where that is left to the cluster. Who cannot tell steers nothing: a drain does not depend
 * on it.
 */
export async function chooseSteering(state: NodeState): Promise<Steering | null> {
  const { node, options, ahead } = state.order;
  if (options.placement !== 'fewestMoves' || ahead === undefined) return null;
  try {
    const preferences = await state.witnesses.ask({
      summary: `where should the roles of ${node} go?`,
      not: node,
      timeoutMs: thinkingMs,
      ask: (activities, target) => activities.chooseTargets({ ...target, drained: node, later: ahead.later, homes: ahead.homes }),
    });
    return preferences.length === 0 ? null : { preferences: [...preferences], until: untilFrom(options.drainTimeout) };
  } catch (error) {
    state.notes.push(`Roles went where the cluster placed them: ${failureFrom(error).message}`);
    return null;
  }
}

/** Until when a preference that is to be followed within that time may be there at most. */
export function untilFrom(time: string): string {
  return new Date(Date.now() + durationMs(time) + marginMs).toISOString();
}

/** Takes the preferences of the node away, once its roles went where they should: they stay there by themselves. */
export async function endSteering({ witnesses, order: { node, run } }: NodeState): Promise<void> {
  await witnesses.ask({
    summary: `roles of ${node} are steered no more`,
    not: node,
    ask: (activities, target) => activities.unsteerRoles({ ...target, run, of: node }),
  });
}
