/** What an administrator should know before apt is let loose on a node. */
import { existsSync } from 'node:fs';
import type { PluginFinding } from '../../domain/ports/update-plugin.js';
import { run } from './commands.js';
import { findBroken, renderStates, type Packages } from './package-state.js';

/** Half-configured packages, automatic restarts, hooks, other updaters. */
export async function findFindings(packages: Packages): Promise<PluginFinding[]> {
  const { stdout } = await run('apt-config', ['dump']);
  return [...readBroken(packages), ...readConfiguration(stdout, packages), ...readOtherUpdaters(stdout, packages, existsSync('/snap/bin/canonical-livepatch'))];
}

/** Packages that an earlier installation left half done. */
export function readBroken(packages: Packages): PluginFinding[] {
  const broken = findBroken(packages);
  if (broken.length === 0) return [];
  const shown = renderStates(packages, broken.slice(0, 5));
  return [finding('packages.clean', 'warning', `packages are not fully installed, and are repaired before the next installation: ${shown}`)];
}

/** Findings in `apt-config dump`. */
export function readConfiguration(dump: string, packages: Packages): PluginFinding[] {
  // What unattended-upgrades left of its configuration says nothing once it is gone.
  const hasUnattended = isThere(packages, 'unattended-upgrades');
  const hooks = [...dump.matchAll(/^DPkg::(?:Pre-Invoke|Post-Invoke|Pre-Install-Pkgs):: "(.+)";$/gim)].map((match) => match[1] ?? '');
  return [
    ...(hasUnattended && isOn(dump, 'Unattended-Upgrade::Automatic-Reboot')
      ? [finding('apt.automaticRestart', 'blocking', 'unattended-upgrades may restart the node by itself (Unattended-Upgrade::Automatic-Reboot)')]
      : []),
    ...(hasUnattended && isOn(dump, 'Unattended-Upgrade::InstallOnShutdown')
      ? [finding('apt.installOnShutdown', 'blocking', 'unattended-upgrades installs while the node shuts down (Unattended-Upgrade::InstallOnShutdown)')]
      : []),
    ...hooks.map((hook) => finding('apt.hook', 'note', `a hook runs with every installation: ${hook.slice(0, 120)}`)),
  ];
}

/** Programs that update the node at times of their own. */
export function readOtherUpdaters(dump: string, packages: Packages, hasLivepatch: boolean): PluginFinding[] {
  const isUnattended = isThere(packages, 'unattended-upgrades') && /^[1-9]|^always$/.test(valueOf(dump, 'APT::Periodic::Unattended-Upgrade'));
  return [
    ...(isUnattended
      ? [
          finding(
            'apt.otherUpdater',
            'warning',
            'unattended-upgrades installs updates on its own, also while the node serves (APT::Periodic::Unattended-Upgrade)',
          ),
        ]
      : []),
    ...(isThere(packages, 'snapd') ? [finding('apt.otherUpdater', 'note', 'snapd refreshes its snaps on its own; they are no part of a run')] : []),
    ...(hasLivepatch ? [finding('apt.otherUpdater', 'note', 'Livepatch patches the running kernel on its own; that is no part of a run')] : []),
  ];
}

const valueOf = (dump: string, name: string) => new RegExp(`^${name} "([^"]*)";$`, 'im').exec(dump)?.[1] ?? '';
const isOn = (dump: string, name: string) => /^(?:[1-9]\d*|true|yes|on|with|enable)$/i.test(valueOf(dump, name));
const isThere = (packages: Packages, name: string) => packages.get(name)?.status[1] === 'i';

function finding(id: string, severity: PluginFinding['severity'], message: string): PluginFinding {
  return { id, severity, message };
}
