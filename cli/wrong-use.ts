/** Wrong use of the command line: refused by the command that was called, whose own help lists what is allowed. */
import type { Command, CommanderError } from 'commander';

/** What Commander refused, and has said in words already; or help, which is no failure. */
export class WrongUse extends Error {
  constructor(
    readonly refused: CommanderError,
    /** Where to look. */
    readonly remedy: string,
  ) {
    super(refused.message);
  }
}

/** Lets a command and all below it name their own help, and throw `WrongUse`. To be called when all are there. */
export function refuseWrongUse(command: Command, called = command.name()): void {
  const remedy = `"${called} --help" lists what is allowed`;
  command.showHelpAfterError(`(${remedy})`).exitOverride((refused) => {
    throw new WrongUse(refused, `${remedy}.`);
  });
  for (const one of command.commands) refuseWrongUse(one, `${called} ${one.name()}`);
}
