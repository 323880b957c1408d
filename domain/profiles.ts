/** Profiles: named run options that coordinators read from files. What a file may say, and what a run remembers of one. */
import { z } from 'zod';
import { CauError } from './errors.js';
import { nameSchema } from './names.js';
import { partialOptionsSchema } from './options.js';
import { fitText } from './payload-size.js';
import type { Finding } from './report.js';

/** What the file of a profile may say. */
export const profileSchema = z.strictObject({
  description: z.string().min(1).max(500).optional().describe('What the profile is for, in a sentence.'),
  options: partialOptionsSchema.default({}).describe('Options of an Updating Run; what is not given stays at its default.'),
});
export type Profile = z.infer<typeof profileSchema>;

/** A profile as a run used it; kept whole in the history and in the report, since the file may change afterwards. */
export const profileRecordSchema = z.strictObject({
  name: nameSchema,
  /** SHA-256 over the options in canonical form, as 64 hexadecimal digits: comments and layout do not count. */
  digest: z.string(),
  /** The file that it was read from, on the coordinator that read it. */
  source: z.string(),
  /** The commit of the Git working copy that has exactly this file; null where there is none, Git did not answer, or the file was changed since. */
  commit: z.string().nullable(),
  options: partialOptionsSchema,
});
export type ProfileRecord = z.infer<typeof profileRecordSchema>;

/** A digest that a request pins a profile to: its first 12 digits or more. */
export const profileDigestSchema = z.string().regex(/^[0-9a-f]{12,64}$/, 'the digest of a profile, its first 12 hexadecimal digits or more');

/** How another coordinator reads the profile that a run uses. */
export interface ProfileElsewhere {
  readonly coordinator: string;
  /** Null when it cannot read it. */
  readonly digest: string | null;
  /** Why it cannot. */
  readonly problem: string | null;
}

/** That coordinators do not read the same profile: which of them a run asks is up to chance. */
export function profileFindings({ name, digest, source }: ProfileRecord, elsewhere: readonly ProfileElsewhere[]): Finding[] {
  const others = elsewhere.filter((other) => other.digest !== digest);
  if (others.length === 0) return [];
  const words = others.map(
    (other) => `${other.coordinator} ${other.digest === null ? `cannot use it (${fitText(other.problem ?? '', 200)})` : `has ${other.digest.slice(0, 12)}`}`,
  );
  return [
    {
      id: 'profile.same',
      severity: 'warning',
      message: `Coordinators do not have the same profile "${name}": this run uses ${digest.slice(0, 12)} (${source}), but ${words.join(', ')}.`,
      remedy: `Give all coordinators the same file; until then pin the one that is meant with profileDigest (--profile-digest ${digest.slice(0, 12)}).`,
      skipped: false,
    },
  ];
}

/** Refuses a profile that is not the one that the request pinned. @throws CauError `InvalidInput` */
export function requirePinned(profile: ProfileRecord, pinned: string | undefined): void {
  if (pinned === undefined || profile.digest.startsWith(pinned)) return;
  throw new CauError('InvalidInput', `profileDigest: profile "${profile.name}" is pinned to ${pinned}, and its file ${profile.source} has ${profile.digest}.`, {
    where: 'profileDigest',
    remedy: `Compare the profile with the one that was meant ("cau profile show ${profile.name}"); then pin its new digest, or restore the file.`,
  });
}
