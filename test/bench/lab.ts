/** A whole run over a real Pacemaker cluster: of `cau`, of a bare shell loop of the same steps, and of an expert's Ansible playbook. */
import { execa } from 'execa';
import { fileURLToPath } from 'node:url';
import { untilWorkersPoll } from '../../client/pollers.js';
import { awaitReport, startRun } from '../../client/runs.js';
import type { PartialOptions } from '../../domain/options.js';
import { enterArguments } from '../lab/machine.js';
import { createControlNode } from './ansible/playbook.js';
import type { Endings } from '../helpers/endings.js';
import { benchPlace, nodesDirectory, requireUpdated, startFreshLab, whileProbed, type LabRun, type PhaseTime } from './lab-run.js';
import type { Trial } from './records.js';
import { startBenchTemporal } from './temporal.js';

const shellLoop = fileURLToPath(new URL('shell-loop.sh', import.meta.url));
/** A loop that waits for something that does not come has no end of its own. */
const patienceMs = 5 * 60_000;

/** What takes a cluster from the old versions to the new ones. */
export const tools = ['cau', 'cau-two', 'shell', 'ansible'] as const;
export type Tool = (typeof tools)[number];
/** Those that are compared unless others are asked for: each does one node after another, and the page of the comparison has a place for it. */
export const usualTools = ['cau', 'shell', 'ansible'] as const satisfies readonly Tool[];

type Progress = (line: string) => void;
type Run = (endings: Endings, progress: Progress) => Promise<LabRun>;
const runs: Readonly<Record<Tool, Run>> = { cau: runCau, 'cau-two': twoAtOnce, shell: runShell, ansible: runAnsible };

/** Each of them that often, in turn, each time on a fresh lab. A trial fails when the tool did not do all of its work. */
export function timeTrials(count: number, wanted: readonly Tool[], progress: Progress): Trial<LabRun>[] {
  return Array.from({ length: count }, (_, index) => index + 1).flatMap((number) =>
    wanted.map((tool) => ({ id: `time/${tool}/${number}`, measure: (endings: Endings) => runs[tool](endings, progress) })),
  );
}

/** Four votes do not let two nodes go; the fifth, of a quorum device, does. */
function twoAtOnce(endings: Endings, progress: Progress): Promise<LabRun> {
  return runCau(endings, progress, { quorumDevice: true, options: { maxParallelNodes: 2 } });
}

interface CauRun {
  readonly quorumDevice?: boolean;
  readonly options?: PartialOptions;
}

/** From the request to start the run until its result is here. */
async function runCau(endings: Endings, progress: Progress, { quorumDevice = false, options = {} }: CauRun = {}): Promise<LabRun> {
  const { port, temporal } = await startBenchTemporal(endings, progress);
  const lab = await startFreshLab(endings, { temporalPort: port, quorumDevice });
  await untilWorkersPoll(temporal, benchPlace.name, lab.nodes);
  const { result, interruptions } = await whileProbed(lab, endings, async () => {
    const startedAt = performance.now();
    const report = await awaitReport(await startRun(temporal, { cluster: benchPlace.name, options, requestedBy: 'bench' }));
    return { ms: performance.now() - startedAt, report };
  });
  const { report, ms } = result;
  if (report.outcome !== 'Succeeded') throw new Error(`the run ended as ${report.outcome}: ${JSON.stringify(report.failure)}`);
  await requireUpdated(lab);
  const phases = report.nodes.flatMap(({ node, steps }) => steps.map(({ step, ms: stepMs }) => ({ node, phase: step, ms: stepMs })));
  return { ms, phases, interruptions, software: report.software };
}

async function runShell(endings: Endings): Promise<LabRun> {
  const lab = await startFreshLab(endings, {});
  const { result, interruptions } = await whileProbed(lab, endings, async () => {
    const startedAt = performance.now();
    // A process group of its own, so that nothing of it stays behind.
    const child = execa('bash', [shellLoop, nodesDirectory, lab.nodes.join(' '), ...enterArguments(0).slice(2)], {
      stdin: 'ignore',
      detached: true,
      reject: false,
      timeout: patienceMs,
    });
    await endings.add(async () => {
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGKILL');
      await child;
    });
    const { exitCode, stdout, stderr } = await child;
    return { ms: performance.now() - startedAt, exitCode, stdout, stderr };
  });
  const { ms, exitCode, stdout, stderr } = result;
  if (exitCode !== 0) throw new Error(`the shell loop ended with ${String(exitCode)}: ${stdout.slice(-300)} ${stderr.slice(-500)}`);
  await requireUpdated(lab);
  return { ms, phases: stdout.split('\n').map(parsePhase), interruptions, software: [] };
}

/** From the start of `ansible-playbook` until it has ended. */
async function runAnsible(endings: Endings, progress: Progress): Promise<LabRun> {
  const lab = await startFreshLab(endings, { ssh: true });
  const control = await createControlNode(lab, endings, progress);
  const { result, interruptions } = await whileProbed(lab, endings, async () => {
    const playbook = await control.start();
    const ended = await playbook.ended;
    return { ...ended, output: playbook.output, phases: playbook.output.phases(performance.now()) };
  });
  if (result.exitCode !== 0) throw new Error(`the playbook ended with ${String(result.exitCode)}: ${result.output.lines.slice(-30).join('\n')}`);
  await requireUpdated(lab);
  return { ms: result.ms, phases: result.phases, interruptions, software: [`ansible-core ${control.version}`] };
}

function parsePhase(line: string): PhaseTime {
  const [node, phase, ms] = line.split(' ');
  if (node === undefined || phase === undefined || ms === undefined) throw new Error(`not a phase: "${line}"`);
  return { node, phase, ms: Number(ms) };
}
