/** What every lab needs of this host, made before several of them want it at once. */
import { installDependencies } from '../lab/dependencies.js';
import { requireRootfs } from '../lab/rootfs.js';

export default async function setup(): Promise<void> {
  const progress = (line: string) => console.error(`[lab] ${line}`);
  await installDependencies(progress);
  await requireRootfs(progress);
}
