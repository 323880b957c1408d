/** Each tool over a lab of its own, in the same words, so that the same trouble can be made for all of them. */
import { untilWorkersPoll } from '../../../client/pollers.js';
import { clientFailure } from '../../../client/failures.js';
import { statusOf } from '../../../client/progress.js';
import { awaitReport, startRun } from '../../../client/runs.js';
import { nodeSteps } from '../../../domain/progress.js';
import type { Report } from '../../../domain/report.js';
import type { Lab } from '../../lab/lab.js';
import type { Offer } from '../../lab/repository.js';
import { createControlNode } from '../ansible/playbook.js';
import type { Endings } from '../../helpers/endings.js';
import { benchPlace, startFreshLab } from '../lab-run.js';
import { startBenchTemporal } from '../temporal.js';

export interface Contestant {
  readonly lab: Lab;
  /** Whether a run that met a fault goes on by itself, or has to be started again. */
  readonly goesOn: boolean;
  start(): Promise<Attempt>;
}

/** One run of the tool. */
export interface Attempt {
  /** Whether that node has been taken out of service by it. */
  hasTaken(node: string): Promise<boolean>;
  /** How it ended, in the tool's words. */
  readonly ended: Promise<string>;
}

type Progress = (line: string) => void;

export const contestants = { ansible: createPlaybook, cau: createCau } as const;
export type ContestantName = keyof typeof contestants;

async function createPlaybook(offers: readonly Offer[], endings: Endings, progress: Progress): Promise<Contestant> {
  const lab = await startFreshLab(endings, { nodes: 3, ssh: true, offers });
  const control = await createControlNode(lab, endings, progress);
  return {
    lab,
    goesOn: false,
    async start() {
      const { output, ended } = await control.start();
      return {
        hasTaken: (node) =>
          Promise.resolve(output.events.some((event) => event.kind === 'result' && event.node === node && event.task === 'drain: standby on')),
        ended: ended.then(({ exitCode }) => [`exit code ${String(exitCode)}`, ...output.failures()].join('; ')),
      };
    },
  };
}

async function createCau(offers: readonly Offer[], endings: Endings, progress: Progress): Promise<Contestant> {
  const { port, temporal } = await startBenchTemporal(endings, progress);
  const lab = await startFreshLab(endings, { nodes: 3, temporalPort: port, offers });
  await untilWorkersPoll(temporal, benchPlace.name, lab.nodes);
  return {
    lab,
    goesOn: true,
    async start() {
      const handle = await startRun(temporal, { cluster: benchPlace.name, options: { order: [...lab.nodes] }, requestedBy: 'bench' });
      return {
        async hasTaken(name) {
          const status = await statusOf(temporal, handle).catch(() => null);
          const step = status?.kind === 'whole' ? status.progress.nodes.find(({ node }) => node === name)?.step : null;
          return step !== null && step !== undefined && nodeSteps.indexOf(step) >= nodeSteps.indexOf('draining');
        },
        ended: awaitReport(handle).then(describeReport, (error: unknown) => {
          const { code, message } = clientFailure(error);
          return `${code}: ${message}`;
        }),
      };
    },
  };
}

function describeReport({ outcome, failure, nodes }: Report): string {
  const unusual = nodes.flatMap(({ node, outcome: own, failure: why, reason }) =>
    own === 'Succeeded' ? [] : [`${node} ${own}${why === null ? (reason === null ? '' : `, ${reason}`) : `, ${why.code}`}`],
  );
  return [outcome, ...(failure === null ? [] : [failure.code]), ...unusual].join('; ');
}
