import type { ReadinessRule } from './rule.js';

/** One unmanaged or failed member pins its whole role to a node, which then never gets empty. */
export const managedRule: ReadinessRule = {
  id: 'roles.managed',
  severity: 'blocking',
  remedy:
    'Let the cluster manage the resource again ("crm_resource --resource ID --set-parameter is-managed --meta --parameter-value true") or clean up its failure ("crm_resource --cleanup --resource ID").',
  check: ({ cluster }) =>
    cluster.roles.flatMap((role) =>
      role.instances.flatMap((instance) => {
        const name = `"${instance.resource}"${role.id === instance.resource ? '' : ` of role "${role.id}"`} on ${instance.node}`;
        if (instance.blocked) return [`${name} is blocked: the cluster can do nothing more with it.`];
        if (!instance.managed) return [`${name} is not managed by the cluster.`];
        return instance.failed ? [`${name} is failed.`] : [];
      }),
    ),
};
