/** The update plug-ins that a node can have, by name. A new plug-in is one folder and one line here. */
import { createSimulatedHost } from '../clusters/simulated/host.js';
import { readMachineFile } from '../clusters/simulated/model.js';
import { CauError } from '../domain/errors.js';
import type { UpdatePlugin } from '../domain/ports/update-plugin.js';
import { createAptPlugin } from '../plugins/apt/apt-plugin.js';
import { createSimulatedPlugin } from '../plugins/simulated/simulated-plugin.js';

const factories: Readonly<Record<string, (machineFile: string | null) => UpdatePlugin>> = {
  apt: createAptPlugin,
  simulated: simulatedPlugin('simulated'),
  'simulated-firmware': simulatedPlugin('simulated-firmware'),
};

function simulatedPlugin(name: string) {
  return (machineFile: string | null) => {
    const machine = readMachineFile(machineFile ?? '');
    return createSimulatedPlugin(machine, createSimulatedHost(machine), name);
  };
}

/** Every plug-in's name. */
export const pluginNames: readonly string[] = Object.keys(factories);

/** The plug-in of that name. @throws CauError `PluginUnavailable` */
export function createPlugin({ plugin, machineFile }: { readonly plugin: string; readonly machineFile: string | null }): UpdatePlugin {
  // A name such as "constructor" is one of every object.
  const create = Object.hasOwn(factories, plugin) ? factories[plugin] : undefined;
  if (create === undefined)
    throw new CauError('PluginUnavailable', `There is no update plug-in "${plugin}"; there are: ${pluginNames.join(', ')}.`, { where: 'plugins' });
  return create(machineFile);
}
