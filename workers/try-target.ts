/** Trying a target without a run. */
import { randomUUID } from 'node:crypto';
import { CauError } from '../domain/errors.js';
import { trialEvent } from '../domain/notification.js';
import { createTargets, type TargetsSettings } from '../targets/targets.js';

/** Tells the target an event that means nothing. @throws CauError `InvalidInput`, `ConfigurationInvalid`, `TargetFailed` */
export async function tryTarget(settings: TargetsSettings, name: string, cluster: string, signal: AbortSignal): Promise<void> {
  const targets = createTargets(settings);
  const target = targets.find(name);
  if (target === undefined) {
    const known = targets.names.length === 0 ? 'this configuration has none' : `there is: ${targets.names.join(', ')}`;
    throw new CauError('InvalidInput', `There is no target "${name}"; ${known}.`, { where: 'coordinator.notify' });
  }
  await target.check();
  await target.deliver(trialEvent(`trial/${randomUUID()}`, cluster, new Date()), signal);
}
