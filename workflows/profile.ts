/** The profile of a run, resolved once at its start: what it says then holds to the end. */
import { effectiveOptions, type EffectiveOptions } from '../domain/options.js';
import { requirePinned, type ProfileRecord } from '../domain/profiles.js';
import type { RunRequest } from '../domain/requests.js';
import { CauError } from '../domain/errors.js';
import { coordinator } from './workers.js';

/** The options that hold for a run, and the profile they come from, if it asked for one. */
export interface ResolvedOptions {
  readonly options: EffectiveOptions;
  readonly profile?: ProfileRecord;
}

/**
 * The options of a run, and whether the targets that they name are known: before anything is touched.
 * @throws CauError `InvalidInput`, `ConfigurationInvalid`
 */
export async function resolveOptions(request: RunRequest): Promise<ResolvedOptions> {
  const resolved = await withProfile(request);
  const names = resolved.options.values.notify;
  if (names.length > 0) await coordinator(`targets ${names.join(', ')}`).resolveTargets({ names });
  return resolved;
}

/** Asks a coordinator for the profile, if the request names one. @throws CauError `InvalidInput` */
async function withProfile({ profile: name, profileDigest, options = {} }: RunRequest): Promise<ResolvedOptions> {
  if (name === undefined) {
    if (profileDigest !== undefined) throw new CauError('InvalidInput', 'profileDigest: it pins a profile, and none is named.', { where: 'profileDigest' });
    return { options: effectiveOptions({}, options) };
  }
  const profile = await coordinator(`profile ${name}`).resolveProfile.executeWithOptions({ startToCloseTimeout: '5s' }, [{ name }]);
  requirePinned(profile, profileDigest);
  return { options: effectiveOptions(profile.options, options), profile };
}
