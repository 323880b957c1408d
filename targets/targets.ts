/** The targets of a coordinator, from its configuration. */
import type { NotificationTarget, NotificationTargets } from '../domain/ports/notification-target.js';
import type { TargetSettings } from '../domain/target-settings.js';
import { createCommandTarget } from './command.js';
import { createWebhookTarget } from './webhook.js';

export interface TargetsSettings {
  readonly targets: Readonly<Record<string, TargetSettings>>;
  /** The directory of the scripts of targets. */
  readonly scripts: string;
}

/** Nothing is read or run before it is needed: a secret that is changed counts from then on. */
export function createTargets({ targets, scripts }: TargetsSettings): NotificationTargets {
  const made = new Map<string, NotificationTarget>(
    Object.entries(targets).map(([name, settings]) => [
      name,
      'command' in settings ? createCommandTarget(name, settings, scripts) : createWebhookTarget(name, settings),
    ]),
  );
  return { names: [...made.keys()].toSorted(), find: (name) => made.get(name) };
}
