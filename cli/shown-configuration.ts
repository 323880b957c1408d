/** The configuration of this process as it may be shown: every setting with its origin, and no secret. */
import { loadConfiguration, type ConfigurationFlags, type Setting } from '../configuration/configuration.js';
import { kindOf } from '../domain/target-settings.js';

export interface ShownConfiguration {
  readonly file: string | null;
  readonly settings: Readonly<Record<string, Setting<unknown>>>;
}

/** @throws CauError `ConfigurationInvalid` */
export function showConfiguration(flags: ConfigurationFlags): ShownConfiguration {
  const { file, connection, notify, ...settings } = loadConfiguration(flags);
  return {
    file,
    settings: {
      ...settings,
      // Addresses and headers of targets are secrets.
      notify: { value: Object.entries(notify.value).map(([name, target]) => `${name} (${kindOf(target)})`), origin: notify.origin },
      tls: { value: connection.tls === undefined || connection.tls === false || connection.tls === null ? 'off' : 'on', origin: 'temporal configuration' },
      apiKey: { value: connection.apiKey === undefined ? 'none' : 'set (not shown)', origin: 'temporal configuration' },
    },
  };
}
