/** The step boundaries at which a coordinator is killed, all about the second node, and how each tool is seen to be there. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeSteps, type NodeProgress, type NodeStep } from '../../../domain/progress.js';
import type { Lab } from '../../lab/lab.js';
import { nodeDirectory } from '../../lab/place.js';
import type { PlaybookOutput } from '../ansible/output.js';

export const boundaries = [
  'before standby',
  'after standby',
  'mid apt',
  'after apt',
  'during restart',
  'after restart',
  'after unstandby',
  'between nodes',
] as const;
export type Boundary = (typeof boundaries)[number];

/** What the host sees of a node without asking it. */
export interface Signs {
  /** The script of the slow package runs. */
  isInDpkg(): boolean;
  isInstalled(): boolean;
  /** It is down, or was since these signs were asked for. */
  wasDown(): boolean;
}

export function signsOf(lab: Lab, node: string): Signs {
  const first = lab.machine(node).initPid();
  const dpkgLog = join(nodeDirectory(lab.place, node), 'upper/var/log/dpkg.log');
  const hasLine = (line: RegExp) => line.test(readOrNothing(dpkgLog));
  return {
    isInDpkg: () => hasLine(/ status half-configured cau-demo-slow:\S+ 1\.1$/m) && !hasLine(/ status installed cau-demo-slow:\S+ 1\.1$/m),
    isInstalled: () => hasLine(/ status installed cau-demo-lib:\S+ 1\.1$/m),
    wasDown: () => lab.machine(node).initPid() !== first,
  };
}

/** Whether the playbook is there, in its second batch. */
export function isPlaybookAt(boundary: Boundary, { events }: PlaybookOutput, signs: Signs): boolean {
  const begun = (task: string) => events.some((event) => event.kind === 'task' && event.batch === 2 && event.name === task);
  const ended = (task: string) => events.some((event) => event.kind === 'result' && event.batch === 2 && event.task === task);
  switch (boundary) {
    case 'before standby':
      return begun('checks: is a restart due');
    case 'after standby':
      return ended('drain: standby on');
    case 'mid apt':
      return begun('install: until nothing is left') && signs.isInDpkg();
    case 'after apt':
      return ended('install: until nothing is left');
    case 'during restart':
      return begun('restart: until a new boot answers') && signs.wasDown();
    case 'after restart':
      return ended('restart: until a new boot answers');
    case 'after unstandby':
      return ended('return: standby off');
    case 'between nodes':
      return events.some((event) => event.kind === 'batch' && event.number === 3);
  }
}

/** Whether a run is there with that node. */
export function isRunAt(boundary: Boundary, { step, outcome }: NodeProgress, signs: Signs): boolean {
  const isFrom = (earliest: NodeStep) => outcome !== null || (step !== null && nodeSteps.indexOf(step) >= nodeSteps.indexOf(earliest));
  switch (boundary) {
    case 'before standby':
      return isFrom('preparing');
    case 'after standby':
      return isFrom('draining');
    case 'mid apt':
      return step === 'installing' && signs.isInDpkg();
    case 'after apt':
      return step !== 'installing' && signs.isInstalled();
    case 'during restart':
      return isFrom('restarting') && signs.wasDown();
    case 'after restart':
      return isFrom('verifying');
    case 'after unstandby':
      return isFrom('settling');
    case 'between nodes':
      return outcome !== null;
  }
}

function readOrNothing(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
