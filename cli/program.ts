/** The command `cau`: a table of commands, and one place where errors become words and an exit code. */
import { Command } from 'commander';
import { clientFailure } from '../client/failures.js';
import { createFailure } from '../domain/errors.js';
import { addConfigCommand } from './commands/config.js';
import { addControlCommands } from './commands/control.js';
import { addDemoCommand } from './commands/demo.js';
import { addOptionsCommand } from './commands/options.js';
import { showOverview } from './commands/overview.js';
import { addEventsCommand } from './commands/events.js';
import { addNotifyCommand } from './commands/notify.js';
import { addPreviewCommand } from './commands/preview.js';
import { addProfileCommand } from './commands/profile.js';
import { addRecoverCommand } from './commands/recover.js';
import { addReplayCommand } from './commands/replay.js';
import { addReportCommand } from './commands/report.js';
import { addRunCommand } from './commands/run.js';
import { addScheduleCommand } from './commands/schedule.js';
import { addServeCommand, loadCoordinator, loadNodeWorker } from './commands/serve.js';
import { addStatusCommand } from './commands/status.js';
import { addSupportCommand } from './commands/support.js';
import { addVerifyCommand } from './commands/verify.js';
import { addVersionCommand } from './commands/version.js';
import { exitCodeOf, usageExitCode } from './exit-codes.js';
import { printFailure } from './output.js';
import { flagsOf } from './session.js';
import { refuseWrongUse, WrongUse } from './wrong-use.js';

const program = new Command('cau')
  .description('Cluster-Aware Updating: updates every node of a Linux failover cluster while its services keep running.')
  .option('--json', 'print one JSON document on standard output')
  .option('--config <file>', 'configuration file')
  .option('--temporal-address <host:port>', 'address of the Temporal service')
  .option('--namespace <name>', 'Temporal namespace');

for (const add of [
  addDemoCommand,
  addPreviewCommand,
  addRunCommand,
  addOptionsCommand,
  addStatusCommand,
  addEventsCommand,
  addNotifyCommand,
  addControlCommands,
  addReportCommand,
  addReplayCommand,
  addRecoverCommand,
  addVerifyCommand,
  addSupportCommand,
  addProfileCommand,
  addScheduleCommand,
  addServeCommand,
  addConfigCommand,
  addVersionCommand,
])
  add(program);
refuseWrongUse(program);

// So that the build keeps its compiled code too.
export { loadCoordinator, loadNodeWorker };

/** Does what the command line asks for; ends the process. */
export async function runProgram(): Promise<never> {
  try {
    // Only without any word: to a program that does something itself, a mistyped command would be an argument too many.
    const { operands, unknown } = program.parseOptions(process.argv.slice(2));
    if (operands.length === 0 && unknown.length === 0) program.action((_flags: object, self: Command) => showOverview(flagsOf(self)));
    await program.parseAsync();
    // Long polls of the client library would keep the process alive for seconds.
    process.exit();
  } catch (error) {
    if (error instanceof WrongUse) {
      if (error.refused.exitCode === 0) process.exit(0);
      // Commander has said it in words already; the parsed flags may not have got as far as --json.
      if (process.argv.includes('--json')) printFailure(createFailure('InvalidInput', error.message, { remedy: error.remedy }), true);
      process.exit(usageExitCode);
    }
    const failure = clientFailure(error);
    printFailure(failure, program.opts<{ json?: boolean }>().json === true);
    if (process.env['CAU_DEBUG'] === '1') console.error(error);
    process.exit(exitCodeOf(failure.code));
  }
}
