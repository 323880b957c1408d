/** The signature of a webhook as Standard Webhooks has it (standardwebhooks.com), so that receivers find a library for it. */
import { createHmac } from 'node:crypto';

const prefix = 'whsec_';

/** The key of a secret: base64 after `whsec_`; null when it is none, or shorter than 24 or longer than 64 bytes. */
export function keyOf(secret: string): Buffer | null {
  const encoded = secret.startsWith(prefix) ? secret.slice(prefix.length) : secret;
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) return null;
  const key = Buffer.from(encoded, 'base64');
  return key.length >= 24 && key.length <= 64 ? key : null;
}

/** The value of `webhook-signature`; `timestamp` in seconds since 1970. */
export function signatureOf(key: Buffer, id: string, timestamp: number, body: string): string {
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
}
