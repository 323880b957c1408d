/**
 * Runs the Pacemaker driver inside a node of the lab: one JSON request a line on standard input, `{id, verb, args}`, one
 * JSON answer a line on standard output, `{id, value, ms}` or `{id, failure, ms}`. Ends with its input.
 */
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { createPacemakerDriver } from '../../clusters/pacemaker/driver.js';
import { failureOf } from '../../domain/errors.js';

interface DriveRequest {
  readonly id: number;
  readonly verb: string;
  readonly args: readonly unknown[];
}

const [cluster = 'lab', node = ''] = process.argv.slice(2);
const driver = createPacemakerDriver({
  cluster,
  node,
  bootId: async () => (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim(),
});

for await (const line of createInterface({ input: process.stdin })) void answer(JSON.parse(line) as DriveRequest);

async function answer({ id, verb, args }: DriveRequest): Promise<void> {
  const startedMs = performance.now();
  let outcome: Record<string, unknown>;
  try {
    const member: unknown = Reflect.get(driver, verb);
    if (typeof member !== 'function') throw new Error(`The driver has no verb "${verb}".`);
    outcome = { value: (await Reflect.apply(member, driver, args)) as unknown };
  } catch (error) {
    outcome = { failure: failureOf(error) };
  }
  process.stdout.write(`${JSON.stringify({ id, ...outcome, ms: Math.round(performance.now() - startedMs) })}\n`);
}
