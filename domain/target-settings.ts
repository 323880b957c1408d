/** How a coordinator is told of a target: what its configuration file may say under `coordinator.notify`. */
import { z } from 'zod';
import { durationWithin } from './duration.js';
import { levelSchema } from './target-names.js';

const file = z.string().startsWith('/', 'an absolute path');
const header = z.record(z.string().regex(/^[A-Za-z0-9-]{1,100}$/, 'the name of an HTTP header'), z.string().max(4000));

const common = {
  /** The least grave events that it is told. */
  from: levelSchema.default('information'),
  /** How long one attempt may take. */
  timeout: durationWithin('1ms', '60s').default('10s'),
  /** How old an event may become before it is given up. */
  giveUpAfter: durationWithin('1ms', '7d').default('24h'),
};

const webhook = {
  ...common,
  /** Headers that are no secrets. */
  headers: header.optional(),
  /** A file of lines `Name: value`, for those that are. */
  headersFile: file.optional(),
  /** A file with the secret of the signature, `whsec_` and base64, as Standard Webhooks has it. */
  secretFile: file.optional(),
  /** `event`: the event as an object; `text`: one line as `{"text": …}`, which chats take. */
  format: z.enum(['event', 'text']).default('event'),
};

/** One target: a webhook by its URL or by a file that has the URL, or a script by its name. */
export const targetSettingsSchema = z.union([
  z.strictObject({ webhook: z.url({ protocol: /^https?$/ }), ...webhook }),
  z.strictObject({ webhookFile: file, ...webhook }),
  z.strictObject({ command: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'the name of a script, not a path'), ...common }),
]);
export type TargetSettings = z.infer<typeof targetSettingsSchema>;
export type WebhookSettings = Exclude<TargetSettings, { command: string }>;
export type CommandSettings = Extract<TargetSettings, { command: string }>;

/** What kind of target it is. */
export const kindOf = (settings: TargetSettings) => ('command' in settings ? ('command' as const) : ('webhook' as const));
