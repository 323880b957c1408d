/** The profile of a run, resolved once at its start: what it says then holds to the end. */
import { effectiveOptions, type EffectiveOptions } from '../domain/options.js';
import { profileFindings, requirePinned, type ProfileElsewhere, type ProfileRecord } from '../domain/profiles.js';
import type { Finding } from '../domain/report.js';
import type { RunRequest } from '../domain/requests.js';
import { CauError } from '../domain/errors.js';
import { failureFrom, timeoutOf } from './failures.js';
import { coordinator, oneCoordinator } from './workers.js';

const mostAsked = 10;

/** The options that hold for a run, and the profile they come from, if it asked for one. */
export interface ResolvedOptions {
  readonly options: EffectiveOptions;
  readonly profile?: ProfileRecord;
  /** That coordinators do not read the same profile. */
  readonly findings: Finding[];
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
    return { options: effectiveOptions({}, options), findings: [] };
  }
  const profile = await coordinator(`profile ${name}`).resolveProfile.executeWithOptions({ startToCloseTimeout: '5s' }, [{ name }]);
  requirePinned(profile, profileDigest);
  return { options: effectiveOptions(profile.options, options), profile, findings: profileFindings(profile, await askOthers(name)) };
}

/** What each coordinator makes of the profile; one that is gone says nothing. */
async function askOthers(name: string): Promise<ProfileElsewhere[]> {
  const identities = await coordinator('which coordinators are there?')
    .findCoordinators()
    .catch(() => []);
  const answers = identities.slice(0, mostAsked).map(async (identity): Promise<ProfileElsewhere | null> => {
    try {
      const { digest } = await oneCoordinator(identity, `profile ${name} of ${identity}`).resolveProfile({ name });
      return { coordinator: identity, digest, problem: null };
    } catch (error) {
      return timeoutOf(error) === null ? { coordinator: identity, digest: null, problem: failureFrom(error).message } : null;
    }
  });
  return (await Promise.all(answers)).filter((answer) => answer !== null);
}
