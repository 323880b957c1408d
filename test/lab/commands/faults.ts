/** `lab crash`, `start`, `cut`, `join`, and `settled`, which waits until all is well again. */
import type { Command } from 'commander';
import { durationMs, durationSchema } from '../../../domain/duration.js';
import { askKeeper } from '../keeper.js';
import { requireLab, requireNode } from './find-lab.js';

const faults = {
  crash: { description: 'Cut the power of a node.', consequence: 'Its peers will fence it, which switches it on again.' },
  start: { description: 'Switch a node on.', consequence: null },
  cut: { description: 'Pull the network cable of a node.', consequence: 'Its peers will fence it: it restarts, and its cable is in again.' },
  join: { description: 'Plug the network cable of a node in.', consequence: null },
} as const;

export function addFaultCommands(program: Command): void {
  for (const verb of ['crash', 'start', 'cut', 'join'] as const) {
    const { description, consequence } = faults[verb];
    program
      .command(verb)
      .description(description)
      .argument('<node>', 'such as node1')
      .action(async (node: string, _flags: object, self: Command) => {
        const lab = await requireLab(self);
        requireNode(lab, node);
        for (const line of await askKeeper(lab.place, { verb, node })) console.log(line);
        if (consequence !== null && lab.record.fencing) console.log(consequence);
      });
  }
  program
    .command('settled')
    .description('Wait until all nodes are members, all roles run, and nothing is pending.')
    .option('--timeout <duration>', 'give up after this time', '60s')
    .action(async ({ timeout }: { timeout: string }, self: Command) => {
      const timeoutMs = parseDuration('--timeout', timeout);
      const { place } = await requireLab(self);
      for (const line of await askKeeper(place, { verb: 'settle', timeoutMs })) console.log(line);
    });
}

/** @throws Error that names the flag */
export function parseDuration(flag: string, text: string): number {
  const duration = durationSchema.safeParse(text);
  if (!duration.success || durationMs(duration.data) <= 0)
    throw new Error(`${flag}: "${text}" is no duration; allowed is a number with a unit, such as 20ms, 30s or 2m.`);
  return durationMs(duration.data);
}
