/**
 * How payloads reach workflow code. One that cannot be read, such as JSON cut short or of an unknown encoding, would fail
 * the workflow task, which Temporal repeats for ever while the run looks alive. Here it becomes a text that no schema of
 * ours allows, so that the run is refused with `InvalidInput` and a command is refused in the answers.
 */
import { defaultPayloadConverter, type Payload, type PayloadConverter, type SerializationContext } from '@temporalio/common';

export const payloadConverter: PayloadConverter = {
  toPayload: (value, context, hint) => defaultPayloadConverter.toPayload(value, context, hint),
  fromPayload<T>(payload: Payload, context?: SerializationContext): T {
    try {
      return defaultPayloadConverter.fromPayload<T>(payload, context);
    } catch (error) {
      return `a payload that cannot be read: ${error instanceof Error ? error.message : String(error)}` as T;
    }
  },
};
