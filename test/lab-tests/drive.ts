/**
 * Runs the Pacemaker driver inside a node of the lab: one JSON request a line on standard input, `{id, verb, args}`, one
 * JSON answer a line on standard output, `{id, value, ms}` or `{id, failure, ms}`. Ends with its input. What belongs to a look is
 * asked for with the number of that look first.
 */
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { createPacemakerDriver } from '../../clusters/pacemaker/driver.js';
import { failureOf } from '../../domain/errors.js';
import type { ClusterLook } from '../../domain/ports/cluster-driver.js';

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

const looks: ClusterLook[] = [];
const lookOf = (look: number): ClusterLook => {
  const found = looks[look];
  if (found === undefined) throw new Error(`There was no look ${look}.`);
  return found;
};
const verbs = {
  ...driver,
  async look() {
    const look = await driver.look();
    return { look: looks.push(look) - 1, sight: look.sight };
  },
  isIdle: (look: number) => lookOf(look).isIdle(),
  waitForChange: (look: number, timeoutMs: number) => lookOf(look).waitForChange(timeoutMs),
};

for await (const line of createInterface({ input: process.stdin })) void answer(JSON.parse(line) as DriveRequest);

async function answer({ id, verb, args }: DriveRequest): Promise<void> {
  const startedMs = performance.now();
  let outcome: Record<string, unknown>;
  try {
    const member: unknown = Reflect.get(verbs, verb);
    if (typeof member !== 'function') throw new Error(`The driver has no verb "${verb}".`);
    outcome = { value: (await Reflect.apply(member, verbs, args)) as unknown };
  } catch (error) {
    outcome = { failure: failureOf(error) };
  }
  process.stdout.write(`${JSON.stringify({ id, ...outcome, ms: Math.round(performance.now() - startedMs) })}\n`);
}
