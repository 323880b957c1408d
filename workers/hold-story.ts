/** What a node sees of its own maintenance mode: it is set and ended by its peers, and stands in its journal none the less. */
import type { ClusterSight } from '../domain/cluster.js';
import { decideEmpty } from '../domain/drained.js';
import { eventCatalogue, type EventName } from '../domain/events.js';
import type { RunReference } from '../domain/names.js';
import { holdOf } from '../domain/release.js';
import type { Journal } from '../host/journal.js';

interface Chapter {
  readonly run: RunReference;
  readonly isEmpty: boolean;
  readonly kept: string | null;
}

/** To be given every sight of the cluster that has quorum; tells what changed since the one before. */
export function createHoldStory(node: string, journal: Journal): (sight: ClusterSight) => void {
  let before: Chapter | null = null;
  let isFirst = true;
  return (sight) => {
    const hold = holdOf(sight, node);
    const now = hold === null ? null : { run: hold.run, kept: hold.kept, isEmpty: decideEmpty(sight, node, hold.run).state === 'met' };
    const isNew = before?.run.firstExecutionRunId !== now?.run.firstExecutionRunId;
    const say = (name: EventName, run: RunReference, message: string = eventCatalogue[name].meaning) => journal.tell({ name, node, message }, run);
    if (before !== null && isNew) say('maintenanceLeft', before.run);
    if (now !== null && isNew) say('maintenanceBegun', now.run, isFirst ? 'The node is held already as this worker starts.' : undefined);
    if (now !== null && now.isEmpty && (isNew || before?.isEmpty !== true)) say('maintenanceEntered', now.run);
    if (now !== null && now.kept !== null && (isNew || before?.kept !== now.kept)) say('nodeKept', now.run, now.kept);
    before = now;
    isFirst = false;
  };
}
