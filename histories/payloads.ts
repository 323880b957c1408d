/** What payloads of a history say. One that cannot be decoded, for instance since it is encrypted, says nothing. */
import { defaultPayloadConverter, type Payload } from '@temporalio/common';

/** The first payload as it was given; undefined when it cannot be decoded. */
export function decode(payloads: { readonly payloads?: readonly Payload[] | null } | null | undefined): unknown {
  const [payload] = payloads?.payloads ?? [];
  try {
    return payload === undefined ? undefined : defaultPayloadConverter.fromPayload(payload);
  } catch {
    return undefined;
  }
}

/** A payload that is a text, such as the summary of a step; empty when it is none. */
export function wordsOf(payload: Payload | null | undefined): string {
  const words = payload === null || payload === undefined ? undefined : decode({ payloads: [payload] });
  return typeof words === 'string' ? words : '';
}
