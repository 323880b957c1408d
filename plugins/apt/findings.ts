/** What an administrator should know before apt is let loose on a node. */
import { statfs } from 'node:fs/promises';
import type { PluginFinding } from '../../domain/ports/update-plugin.js';
import { run } from './commands.js';
import { findBroken, readPackages } from './package-state.js';

const lowBytes = 200 * 1024 * 1024;

/** Half-configured packages, automatic restarts, hooks, low space. */
export async function findFindings(): Promise<PluginFinding[]> {
  const [packages, config, space] = await Promise.all([readPackages(), run('apt-config', ['dump']), findLowSpace()]);
  const broken = findBroken(packages);
  return [
    ...(broken.length === 0
      ? []
      : [finding('packages.clean', 'warning', `packages are not fully installed and are repaired first: ${broken.slice(0, 5).join(', ')}`)]),
    ...readConfiguration(config.stdout),
    ...space,
  ];
}

/** Findings in `apt-config dump`. */
export function readConfiguration(dump: string): PluginFinding[] {
  const value = (name: string) => new RegExp(`^${name} "([^"]*)";$`, 'm').exec(dump)?.[1] ?? '';
  const isOn = (name: string) => /^(1|true|yes|on)$/i.test(value(name));
  const hooks = [...dump.matchAll(/^DPkg::(?:Pre-Invoke|Post-Invoke|Pre-Install-Pkgs):: "([^"]+)";$/gm)].map((match) => match[1] ?? '');
  return [
    ...(isOn('Unattended-Upgrade::Automatic-Reboot')
      ? [finding('apt.automaticRestart', 'blocking', 'unattended-upgrades may restart the node by itself (Unattended-Upgrade::Automatic-Reboot)')]
      : []),
    ...(isOn('Unattended-Upgrade::InstallOnShutdown')
      ? [finding('apt.installOnShutdown', 'blocking', 'unattended-upgrades installs while the node shuts down (Unattended-Upgrade::InstallOnShutdown)')]
      : []),
    ...hooks.map((hook) => finding('apt.hook', 'note', `a hook runs with every installation: ${hook.slice(0, 120)}`)),
  ];
}

async function findLowSpace(): Promise<PluginFinding[]> {
  const places = await Promise.all(
    ['/boot', '/usr', '/var/cache'].map(async (path) => {
      const { bavail, bsize } = await statfs(path);
      return { path, free: bavail * bsize };
    }),
  );
  return places
    .filter(({ free }) => free < lowBytes)
    .map(({ path, free }) => finding('apt.space', 'warning', `${path} has only ${Math.floor(free / 1_048_576)} MiB free`));
}

function finding(id: string, severity: PluginFinding['severity'], message: string): PluginFinding {
  return { id, severity, message };
}
