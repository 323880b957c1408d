/**
 * A webhook: every event is one POST, with an id by which the receiver drops doubles. Redirects are not followed: they could take
 * secrets elsewhere. No address, header or answer is ever in an error, since addresses of webhooks are secrets themselves.
 */
import { CauError } from '../domain/errors.js';
import type { RunEvent } from '../domain/events.js';
import { durationMs } from '../domain/duration.js';
import type { NotificationTarget } from '../domain/ports/notification-target.js';
import type { WebhookSettings } from '../domain/target-settings.js';
import { readSecretFile } from './secret-file.js';
import { keyOf, signatureOf } from './signature.js';

/** Answers that will not change when the same is sent again. */
const refusals: ReadonlySet<number> = new Set([400, 413, 414, 415, 422]);

export function createWebhookTarget(name: string, settings: WebhookSettings): NotificationTarget {
  const timeoutMs = durationMs(settings.timeout);
  return {
    name,
    kind: 'webhook',
    from: settings.from,
    giveUpAfterMs: durationMs(settings.giveUpAfter),
    check: async () => void (await readDestination(name, settings)),
    async deliver(event, signal) {
      const { url, headers, key } = await readDestination(name, settings);
      const body = JSON.stringify(settings.format === 'text' ? { text: textOf(event) } : { type: `cau.${event.name}`, timestamp: event.at, data: event });
      const timestamp = Math.floor(Date.now() / 1000);
      const timeout = AbortSignal.timeout(timeoutMs);
      try {
        const response = await fetch(url, {
          method: 'POST',
          redirect: 'manual',
          signal: AbortSignal.any([signal, timeout]),
          headers: {
            ...headers,
            'content-type': 'application/json',
            'user-agent': 'cau',
            'webhook-id': event.id,
            'webhook-timestamp': String(timestamp),
            ...(key === null ? {} : { 'webhook-signature': signatureOf(key, event.id, timestamp, body) }),
          },
          body,
        });
        // What it says is not read: it may be without end.
        await response.body?.cancel().catch(() => undefined);
        if (!response.ok) throw refused(name, response.status);
      } catch (error) {
        if (error instanceof CauError) throw error;
        throw failed(name, timeout.aborted ? `it did not answer within ${settings.timeout}` : `it cannot be reached (${codeOf(error)})`);
      }
    },
  };
}

/** One line for a chat. */
function textOf({ level, number, cluster, node, message, at }: RunEvent): string {
  return `[${level}] ${cluster}${node === null ? '' : ` ${node}`}: ${message} (${number}, ${at})`;
}

interface Destination {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly key: Buffer | null;
}

async function readDestination(name: string, settings: WebhookSettings): Promise<Destination> {
  const where = `coordinator.notify.${name}`;
  const [url, lines, secret] = await Promise.all([
    'webhook' in settings ? settings.webhook : readSecretFile(settings.webhookFile, `${where}.webhookFile`),
    settings.headersFile === undefined ? '' : readSecretFile(settings.headersFile, `${where}.headersFile`),
    settings.secretFile === undefined ? null : readSecretFile(settings.secretFile, `${where}.secretFile`),
  ]);
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || !['http:', 'https:'].includes(parsed.protocol)) throw refuse(`${where}: its address is no http or https URL`, where);
  if (parsed.username !== '' || parsed.password !== '')
    throw refuse(`${where}: its address has a user or password in it; give them as a header Authorization in headersFile`, where);
  const key = secret === null ? null : keyOf(secret);
  if (secret !== null && key === null) throw refuse(`${where}.secretFile: it must be "whsec_" and 24 to 64 bytes in base64`, `${where}.secretFile`);
  return { url, headers: { ...settings.headers, ...parseHeaders(lines, `${where}.headersFile`) }, key };
}

function parseHeaders(lines: string, where: string): Record<string, string> {
  const entries = lines.split('\n').filter((line) => line.trim() !== '');
  return Object.fromEntries(
    entries.map((line, index) => {
      const match = /^([A-Za-z0-9-]+):[ \t]*([\x20-\x7e]*?)[ \t]*\r?$/.exec(line);
      if (match === null) throw refuse(`${where}: line ${index + 1} is no "Name: value"`, where);
      return [match[1] ?? '', match[2] ?? ''];
    }),
  );
}

const refuse = (why: string, where: string) => new CauError('ConfigurationInvalid', `${why}.`, { where });

const failed = (name: string, why: string) => new CauError('TargetFailed', `Webhook ${name}: ${why}.`, { where: name });

function refused(name: string, status: number): CauError {
  const why = status >= 300 && status < 400 ? `it answers with a redirect (HTTP ${status}), which is not followed` : `it answers HTTP ${status}`;
  return new CauError('TargetFailed', `Webhook ${name}: ${why}.`, { where: name, facts: { refused: refusals.has(status) } });
}

/** Such as ECONNREFUSED; never a message, which may have the address in it. */
function codeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : 'no connection';
}
