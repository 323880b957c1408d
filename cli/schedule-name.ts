/** Which schedule a command means. */
import { CauError } from '../domain/errors.js';
import type { Session } from './session.js';

/** As it is named, else that of the configured cluster. @throws CauError `InvalidInput` */
export function scheduleNameOf(name: string | undefined, { configuration }: Session): string {
  const meant = name ?? configuration.cluster.value;
  if (meant !== null) return meant;
  throw new CauError('InvalidInput', 'schedule: none is named.', {
    where: 'schedule',
    remedy: 'Name a cluster or the id of a schedule ("cau schedule list"), or set "cluster" in the configuration.',
  });
}
