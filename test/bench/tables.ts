/** The figures for eyes. */
import { renderTable } from '../../client/reports/table.js';
import type { Grid } from './grid.js';
import type { Tool } from './lab.js';
import type { MachineFacts } from './machine-facts.js';
import { targets, type FailoverFigures, type LabFigures, type PhaseFigures, type SimulatedFigures } from './results.js';
import { sum, type Summary } from './statistics.js';

export function renderMachine(machine: MachineFacts, command: string): string {
  return renderTable(
    ['machine', ''],
    [
      ['processor', `${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB`],
      ['system', `${machine.system}, kernel ${machine.kernel}, Node.js ${machine.node}`],
      ['load before', String(machine.loadBefore)],
      ['command', command],
    ],
  );
}

export function renderSimulated({ runs, beforeStep, steps, beforeRunStep }: SimulatedFigures): string {
  return [
    'Simulated cluster, 4 nodes, no artificial delays: milliseconds beyond the steps themselves',
    renderTable(
      ['run', 'wall', 'a step', 'a step, with the run', 'a node', 'a node, with the run', 'steps a node', 'work a node', 'restart and waits'],
      runs.map((run, index) => [
        String(index + 1),
        ...[run.wallMs].map(whole),
        ...[run.engineMsPerStep, run.engineMsPerStepAll].map(fine),
        ...[run.engineMsPerNode, run.engineMsPerNodeAll, run.stepsPerNode, run.workMsPerNode, run.waitMsPerNode].map(whole),
      ]),
    ),
    '',
    `before a step of a node:  median ${fine(beforeStep.median)} ms, p95 ${fine(beforeStep.p95)} ms, ${beforeStep.count} steps (target: ${targets.engineMsPerStep} ms)`,
    `before a step of the run: median ${fine(beforeRunStep.median)} ms, p95 ${fine(beforeRunStep.p95)} ms, ${beforeRunStep.count} steps`,
    '',
    renderTable(
      ['step of a node', 'count', 'before: median', 'p95', 'itself: median', 'p95'],
      steps.map(({ step, count, before, work }) => [step, String(count), ...pair(before), ...pair(work)]),
    ),
  ].join('\n');
}

/** The tables of the lab part. */
export function labGrids({ tools, ratios, software }: LabFigures): Grid[] {
  const title = `Pacemaker lab, 4 nodes with fencing (${software.join(', ')}): seconds of a whole run, and interruptions of a role on one node`;
  const ratio = (value: number | null, target: number) => (value === null ? '-' : `${value.toFixed(2)} (target: at most ${target})`);
  return [
    {
      name: 'times',
      title,
      head: ['tool', 'median, s', 'min', 'max', 'runs in order', 'interruptions a run', 'each: median, s', 'max'],
      rows: tools.map(({ tool, summary, seconds, interruptions, interrupted }) => [
        toolNames[tool],
        ...[summary.median, summary.min, summary.max].map(fine),
        seconds.map(fine).join(', '),
        interruptions.join(', '),
        ...(interrupted === null ? ['-', '-'] : [interrupted.median.toFixed(2), interrupted.max.toFixed(2)]),
      ]),
    },
    {
      name: 'ratios',
      title: 'Medians: cau over the other',
      head: ['cau over', 'ratio'],
      rows: [
        ['shell loop', ratio(ratios.shell, targets.labRatio)],
        ...(ratios.twoOverShell === null ? [] : [['shell loop, with two nodes at once', ratio(ratios.twoOverShell, targets.labRatio)]]),
        ['Ansible', ratio(ratios.ansible, targets.ansibleRatio)],
      ],
    },
    ...tools.map(({ tool, phases }) => phaseGrid(tool, phases)),
  ];
}

export function renderFailover({ inPeaceMs, stall, stallsMs, deciding, outages }: FailoverFigures): string {
  return [
    'Failover, simulated cluster, two coordinators: the longest wait of a run for a coordinator, in milliseconds',
    renderTable(
      ['', 'median', 'p95', 'min', 'max', 'trials'],
      [
        ['in peace', whole(inPeaceMs), '', '', '', '1'],
        ['kill -9 of the coordinator at work, at a random moment', ...numbersOf(stall)],
        ['the same right after an event of the run', ...numbersOf(deciding)],
      ],
    ),
    '',
    `at random moments: ${stallsMs.map(whole).join(' ')} (target: median ${targets.stallMedianMs}, none over ${targets.stallMostMs})`,
    '',
    'Temporal killed and started again: until the next answer of a worker, in milliseconds',
    renderTable(
      ['down for', 'after its start', 'after it answered'],
      outages.map((outage) => [`${outage.downSeconds} s`, whole(outage.goesOnAfterStartMs), whole(outage.goesOnAfterReturnMs)]),
    ),
    '',
    `no client gave up (target: ${targets.outageMs} after its return)`,
  ].join('\n');
}

const numbersOf = (summary: Summary) => [summary.median, summary.p95, summary.min, summary.max, summary.count].map(whole);

function phaseGrid(tool: Tool, phases: readonly PhaseFigures[]): Grid {
  const total = sum(phases.map((phase) => phase.meanSeconds));
  return {
    name: `phases of ${tool}`,
    title: `${toolNames[tool]}: mean seconds a node`,
    head: ['phase', 's'],
    rows: [...phases, { phase: 'together', meanSeconds: total }].map((row) => [row.phase, row.meanSeconds.toFixed(2)]),
  };
}

const toolNames: Readonly<Record<Tool, string>> = { cau: 'cau', 'cau-two': 'cau, two nodes at once', shell: 'shell loop', ansible: 'Ansible' };
const whole = (value: number) => value.toFixed(0);
const fine = (value: number) => value.toFixed(1);
const pair = (summary: Summary | null) => (summary === null ? ['-', '-'] : [fine(summary.median), fine(summary.p95)]);
