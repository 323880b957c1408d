/** `lab status`: the machines, and the cluster as one of them sees it. */
import type { Command } from 'commander';
import { renderTable } from '../../../client/reports/table.js';
import { renderElapsed } from '../../../domain/duration.js';
import { lookAtLab, type LabView } from '../look.js';
import { labCommand, continuousAddress, webAddress } from '../place.js';
import { requireLab, type FoundLab } from './find-lab.js';

export function addStatusCommand(program: Command): void {
  program
    .command('status')
    .description('Show the machines, and the cluster as one of them sees it.')
    .option('--json', 'print it as JSON')
    .action(async ({ json }: { json?: boolean }, self: Command) => {
      const lab = await requireLab(self);
      const view = await lookAtLab(lab.place, lab.record, lab.isKept);
      console.log(json === true ? JSON.stringify({ lab: lab.place.name, ...lab.record, isKept: lab.isKept, ...view }, null, 2) : render(lab, view));
    });
}

function render({ place, record, isKept }: FoundLab, { machines, cluster, offers, powerLog }: LabView): string {
  const roles = cluster?.roles ?? [];
  return [
    `Lab ${place.name}: ${machines.length} nodes, fencing ${record.fencing ? 'on' : 'off'}, made ${renderElapsed(Date.now() - Date.parse(record.since))} ago`,
    isKept
      ? `Kept by process ${record.owner.pid}`
      : `Nobody looks after it: its keeper is dead, so nodes that restart or are fenced stay off. "${labCommand(place, 'down')}" removes it.`,
    cluster === null
      ? 'No node tells the state of the cluster.'
      : `Cluster: ${cluster.quorate ? 'has quorum' : 'has no quorum'}, DC ${cluster.coordinator ?? 'none'}, as ${cluster.witness} sees it`,
    '',
    renderTable(
      ['node', 'address', 'power', 'cable', 'boot', 'membership', 'worker'],
      machines.map(({ node, address, isOn, cable, boot, membership, worker }) => [
        node,
        address,
        isOn ? 'on' : 'off',
        cable,
        boot ?? '-',
        membership,
        worker ?? '-',
      ]),
    ),
    '',
    ...(roles.length === 0
      ? []
      : [
          renderTable(
            ['role', 'runs on'],
            roles.map(({ name, places }) => [name, places]),
          ),
          '',
        ]),
    `Web ${webAddress(place)}, continuous ${continuousAddress(place)}`,
    `On offer: ${offers === null ? 'unknown' : offers.length === 0 ? 'nothing' : offers.join(', ')}`,
    record.temporalPort === null ? 'No node workers (made without --temporal-port)' : `Temporal: 127.0.0.1:${record.temporalPort}, cluster ${place.name}`,
    ...(powerLog.length === 0 ? [] : ['Fencing:', ...powerLog.slice(-5).map((line) => `  ${line}`)]),
  ].join('\n');
}
