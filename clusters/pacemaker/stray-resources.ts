/** Primitives that run on this node behind the cluster's back, for instance because a new package enabled their service. */
import type { Cib, CibPrimitive } from './cib.js';
import { parseCib } from './cib.js';
import { readOutput, type CommandRunner } from './commands.js';
import type { ClusterView } from './crm-mon.js';
import { readClusterView } from './quorum-here.js';

/** Where Pacemaker keeps the configuration while it is stopped. */
const storedCib = '/var/lib/pacemaker/cib/cib.xml';
const probeMs = 10_000;
const atOnce = 4;

/** Exit codes of a probe for: runs, runs promoted, is promoted and failed. */
const activeCodes: readonly (number | null)[] = [0, 8, 9];

/**
 * The ids of primitives that their agents find active here and that the cluster does not know to run here.
 * Fencing devices, remote connections and what runs inside containers are not asked.
 * @throws CauError `ClusterToolFailed` when there is no configuration to read
 */
export async function findStrayResources(run: CommandRunner, node: string): Promise<string[]> {
  const view = await readClusterView(run, node).catch(() => null);
  const environment: Record<string, string> = view === null ? { CIB_file: storedCib } : {};
  const cib = parseCib(await readOutput(run, 'cibadmin', ['--query'], { environment }));
  const known = view === null ? new Set<string>() : activeOn(view, node);
  const asked = primitivesToAsk(cib).filter((primitive) => !known.has(primitive.id));
  const isActive = await inTurns(asked, atOnce, (primitive) => probe(run, primitive, environment));
  return asked.filter((_, index) => isActive[index] === true).map((primitive) => primitive.id);
}

function primitivesToAsk(cib: Cib): CibPrimitive[] {
  return cib.primitives.filter(({ standard, type, isContained }) => standard !== 'stonith' && type !== 'remote' && !isContained);
}

function activeOn(view: ClusterView, node: string): Set<string> {
  return new Set(
    view.roles
      .flatMap((role) => role.instances)
      .filter((instance) => instance.node === node && instance.state !== 'Stopped')
      .map((instance) => instance.resource),
  );
}

async function probe(run: CommandRunner, { id, standard, type }: CibPrimitive, environment: Readonly<Record<string, string>>): Promise<boolean> {
  // crm_resource refuses to ask systemd by hand ("Manual execution of the systemd standard is unsupported").
  if (standard === 'systemd' || standard === 'service') {
    const unit = type.includes('.') ? type : `${type}.service`;
    return (await run('systemctl', ['is-active', unit], { timeoutMs: probeMs })).exitCode === 0;
  }
  const result = await run('crm_resource', ['--resource', id, '--force-check'], { timeoutMs: probeMs, environment });
  return activeCodes.includes(result.exitCode);
}

async function inTurns<T, R>(items: readonly T[], width: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < items.length; index = next++) results[index] = await work(items[index] as T);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  return results;
}
