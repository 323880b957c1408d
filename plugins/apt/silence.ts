/** The options with which apt and dpkg ask nothing, remove nothing and keep the administrator's configuration. */

/** dpkg keeps a configuration file that was changed, and lays the new one beside it. */
export const keepOwnFiles = ['--force-confdef', '--force-confold'];

/** For every command of apt that changes packages. */
export const quietly: readonly string[] = [
  '-q',
  '-y',
  '--no-remove',
  '--no-install-recommends',
  ...[
    ...keepOwnFiles.map((option) => `Dpkg::Options::=${option}`),
    'Dpkg::Use-Pty=0',
    // The plug-in waits for locks by itself, and says so.
    'DPkg::Lock::Timeout=0',
  ].flatMap((option) => ['-o', option]),
];
