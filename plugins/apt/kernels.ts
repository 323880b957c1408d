/** Which kernel a node would run after a restart. */

/**
 * The newest installed kernel where it is newer than the running one, of the same flavour; null otherwise. A realtime
 * kernel that is installed beside the usual one is no reason to restart.
 */
export function newestKernel(installed: readonly string[], running: string): string | null {
  const newest = installed
    .filter((kernel) => flavourOf(kernel) === flavourOf(running))
    .toSorted(compareReleases)
    .at(-1);
  return newest !== undefined && compareReleases(newest, running) > 0 ? newest : null;
}

/** `cloud-amd64` in `6.1.0-37-cloud-amd64`, `amd64` in `6.1.0-0.deb11.17-amd64` and in `6.12.63+deb13-amd64`. */
const flavourOf = (kernel: string) => /^[\d.]+(?:-rc\d+)?(?:[+~][\w.]+)?(?:-\d[\w.~+]*)?-(.*)$/.exec(kernel)?.[1] ?? '';

const compareReleases = (left: string, right: string) => left.localeCompare(right, 'en', { numeric: true });
