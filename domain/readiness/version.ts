import type { ReadinessRule } from './rule.js';

/** The oldest version that a driver can work with, and what older ones lack. */
const oldest: Readonly<Record<string, { readonly version: readonly [number, number, number]; readonly lack: string }>> = {
  // `crm_mon` has --include and --exclude since 2.0.4; `crmadmin` and `crm_simulate` answer as XML since 2.1.0.
  pacemaker: { version: [2, 1, 0], lack: 'its tools "crmadmin" and "crm_simulate" do not answer as XML, so nobody could tell whether the cluster is at rest' },
};

/** A cluster manager whose tools cannot say what a run must know is left alone. One that tells no version is judged by what it answers. */
export const versionRule: ReadinessRule = {
  id: 'cluster.version',
  severity: 'blocking',
  remedy: "Upgrade the cluster stack of every node first, by its vendor's instructions.",
  check: ({ cluster: { driver, software } }) =>
    software.flatMap((words) => {
      const [, name = '', text = ''] = /^(\S+) (\S+)$/.exec(words) ?? [];
      const known = oldest[name];
      const version = /^(\d+)\.(\d+)(?:\.(\d+))?/
        .exec(text)
        ?.slice(1)
        .map((part) => Number(part ?? 0));
      if (name !== driver || known === undefined || version === undefined || !isOlder(version, known.version)) return [];
      return [`The cluster runs ${name} ${text}; ${known.version.join('.')} is the oldest that is supported: before it, ${known.lack}.`];
    }),
};

function isOlder(version: readonly number[], than: readonly number[]): boolean {
  const differing = than.findIndex((part, index) => part !== (version[index] ?? 0));
  return differing !== -1 && (version[differing] ?? 0) < (than[differing] ?? 0);
}
