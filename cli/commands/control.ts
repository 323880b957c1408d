/** `cau pause`, `resume`, `stop`, `approve`, `skip`: telling a run something. */
import type { Command } from 'commander';
import { command as tell } from '../../client/commands.js';
import { requireOneRun } from '../../client/runs.js';
import type { CommandName } from '../../domain/commands.js';
import { refusedExitCode } from '../exit-codes.js';
import { printResult } from '../output.js';
import { flagsOf, withTemporal, type GlobalFlags } from '../session.js';

interface ControlFlags extends GlobalFlags {
  readonly reason?: string;
  readonly after?: 'node' | 'step';
  readonly node?: string;
}

export function addControlCommands(program: Command): void {
  const target = '[cluster or run id]';
  const add = (name: CommandName, description: string) => program.command(name).description(description).option('--reason <text>', 'why; kept in the report');
  add('pause', 'Begin no further node until the run is resumed.')
    .argument(target)
    .action((run: string | undefined, _flags: object, self: Command) => control('pause', run, flagsOf(self), {}));
  add('resume', 'Let a paused run go on.')
    .argument(target)
    .action((run: string | undefined, _flags: object, self: Command) => control('resume', run, flagsOf(self), {}));
  add('stop', 'End a run in order.')
    .argument(target)
    .option('--after <node|step>', 'let the node at work finish, or end it in order after its step', 'node')
    .action((run: string | undefined, _flags: object, self: Command) => {
      const flags = flagsOf<ControlFlags>(self);
      return control('stop', run, flags, flags.after === undefined ? {} : { after: flags.after });
    });
  add('approve', 'Approve what a run waits for: its plan, the nodes after the first, or its next node.')
    .argument(target)
    .option('--node <name>', 'only if it is this node that waits; an approval given twice then does not approve the next one')
    .action((run: string | undefined, _flags: object, self: Command) => {
      const flags = flagsOf<ControlFlags>(self);
      return control('approve', run, flags, flags.node === undefined ? {} : { node: flags.node });
    });
  add('skip', 'Leave out a node that is not yet begun.')
    .argument('<node>')
    .argument(target)
    .action((node: string, run: string | undefined, _flags: object, self: Command) => control('skip', run, flagsOf(self), { node }));
}

async function control(name: CommandName, run: string | undefined, flags: ControlFlags, more: Readonly<Record<string, unknown>>): Promise<void> {
  process.exitCode = await withTemporal(flags, async ({ temporal, configuration, json }) => {
    const handle = await requireOneRun(temporal, run ?? configuration.cluster.value);
    const said = { by: configuration.requestedBy.value, ...(flags.reason === undefined ? {} : { reason: flags.reason }), ...more };
    const answer = await tell(temporal, handle, name, said as Parameters<typeof tell>[3]);
    printResult({ workflowId: handle.workflowId, ...(answer ?? { recorded: true }) }, json, () =>
      answer === null
        ? `Recorded for ${handle.workflowId}. No Update Coordinator has answered; "${name}" takes effect when one is back ("cau serve coordinator").`
        : `${name} ${answer.accepted ? 'accepted' : 'refused'} by ${handle.workflowId}: ${answer.answer}.`,
    );
    return answer === null || answer.accepted ? 0 : refusedExitCode;
  });
}
