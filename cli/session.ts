/** What every command that talks to Temporal does first and last. */
import type { Command } from 'commander';
import { connectClient, type TemporalClient } from '../client/connection.js';
import { loadConfiguration, type Configuration, type ConfigurationFlags } from '../configuration/configuration.js';

/** Flags that stand before or after any command. */
export interface GlobalFlags extends ConfigurationFlags {
  readonly json?: boolean;
}

export interface Session {
  readonly configuration: Configuration;
  readonly temporal: TemporalClient;
  readonly json: boolean;
}

/** The flags of the command together with the global ones. */
export function flagsOf<T extends object>(command: Command): T & GlobalFlags {
  return command.optsWithGlobals<T & GlobalFlags>();
}

/**
 * Connects and lets the command work. The connection is left to the end of the process: the client library repeats a call
 * that was under way even after its connection is closed, and throws where nobody can catch it.
 */
export async function withTemporal<T>(flags: GlobalFlags, act: (session: Session) => Promise<T>): Promise<T> {
  const configuration = loadConfiguration(flags);
  const temporal = await connectClient(configuration);
  return act({ configuration, temporal, json: flags.json === true });
}
