/** An installation that had no end in its time. Nothing ends a package manager: it may be at work still, also after the report. */
import { CauError, type Failure } from './errors.js';

export function endlessInstallation(node: string, installTimeout: string): CauError {
  return new CauError('InstallFailed', `The installation on ${node} has not ended within ${installTimeout} and may still be running.`, {
    where: node,
    remedy: `Look at "systemctl list-units 'cau-operation-*'" on ${node}; release the node when it has ended and the packages are clean.`,
    facts: { stillRunning: true },
  });
}

/** Whether the failure is that of an installation which may be at work still. */
export function isStillRunning({ facts }: Failure): boolean {
  return facts?.['stillRunning'] === true;
}
