/** Telling targets the events of runs. */
import type { Client } from '@temporalio/client';
import { CauError } from '../domain/errors.js';
import type { CoordinatorActivities } from '../domain/ports/coordinator-activities.js';
import type { NotificationTargets } from '../domain/ports/notification-target.js';
import { asActivity } from './boundary.js';
import { deliverEvents } from './deliver-events.js';

/** What a coordinator has to tell targets with. */
export interface NotificationDependencies {
  readonly client: Client;
  readonly targets: NotificationTargets;
  log(line: string): void;
}

/** The activities of a coordinator that resolve targets and tell them. */
export function createNotificationActivities(deps: NotificationDependencies): Pick<CoordinatorActivities, 'resolveTargets' | 'deliverEvents'> {
  return {
    resolveTargets: ({ names }) => asActivity(() => Promise.all(names.map((name) => resolve(deps.targets, name)))),
    deliverEvents: (order) => asActivity(() => deliverEvents(deps, order)),
  };
}

async function resolve(targets: NotificationTargets, name: string) {
  const target = targets.find(name);
  if (target === undefined) {
    const known = targets.names.length === 0 ? 'this coordinator knows none' : `there is: ${targets.names.join(', ')}`;
    throw new CauError('InvalidInput', `options.notify: there is no target "${name}"; ${known}.`, {
      where: 'options.notify',
      remedy: 'Name one that is there, or add it to "coordinator.notify" in the configuration of every coordinator and start them again.',
    });
  }
  await target.check();
  return { name, kind: target.kind };
}
