/** `npm run lab`: a real Pacemaker cluster on this machine, for development. */
import { Command, CommanderError } from 'commander';
import { addFaultCommands } from './commands/faults.js';
import { addInsideCommands } from './commands/inside.js';
import { addOfferCommand } from './commands/offer.js';
import { addProbeCommand } from './commands/probe.js';
import { addStatusCommand } from './commands/status.js';
import { addUpCommands } from './commands/up.js';

const usageExitCode = 2;
const program = new Command('npm run lab --')
  .description('A real Pacemaker cluster on this machine: its nodes are containers with systemd, made from Debian packages. Needs root.')
  .option('--lab <name>', 'which lab; several with different names and networks may be up at once', 'caulab')
  .enablePositionalOptions()
  .showHelpAfterError('("npm run lab -- --help" lists what is allowed)')
  .exitOverride()
  .hook('preAction', requireRoot)
  .addHelpText(
    'after',
    '\nIts files are below $CAU_LAB_DIR (/var/lib/cau-lab), the root file system of the nodes below $CAU_LAB_CACHE (/var/cache/cau-lab). Guide: docs/lab.md',
  );

for (const add of [addUpCommands, addStatusCommand, addInsideCommands, addFaultCommands, addOfferCommand, addProbeCommand]) add(program);

try {
  await program.parseAsync();
  // Sockets and timers of what is done must not keep it.
  process.exit();
} catch (error) {
  if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : usageExitCode);
  console.error(error instanceof Error ? error.message : String(error));
  if (process.env['CAU_DEBUG'] === '1') console.error(error);
  process.exit(1);
}

function requireRoot(): void {
  if (process.getuid?.() !== 0) throw new Error('The lab needs root: it mounts file systems, lays a network bridge and starts containers.');
}
