/** A whole run over a real Pacemaker cluster, against a bare shell loop of the same steps. */
import { execa } from 'execa';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { untilWorkersPoll } from '../../client/pollers.js';
import { awaitReport, startRun } from '../../client/runs.js';
import { Lab } from '../lab/lab.js';
import { enterArguments } from '../lab/machine.js';
import { labPlace } from '../lab/place.js';
import { type Endings, withEndings } from '../helpers/endings.js';
import { startBenchTemporal } from './temporal.js';

/** Not where a lab is usually, so that one that is there is left alone; short enough for the names of its cables. */
const place = labPlace('caubch', '10.90.0');
const shellLoop = fileURLToPath(new URL('shell-loop.sh', import.meta.url));
/** A loop that waits for something that does not come has no end of its own. */
const patienceMs = 5 * 60_000;
const newVersions = [/^cau-demo-app 1\.1$/, /^cau-demo-kernel 1\.1$/, /^cau-demo-agent 1\.1$/, /^cau-demo-lib 1\.1$/, /^corosync .*\+cau1$/];

/** A phase of one node. */
export interface PhaseTime {
  readonly node: string;
  readonly phase: string;
  readonly ms: number;
}

export interface LabRun {
  readonly ms: number;
  readonly phases: readonly PhaseTime[];
}

export interface LabResult {
  readonly cau: readonly LabRun[];
  readonly shell: readonly LabRun[];
  /** Versions of the cluster's software, as the nodes tell. */
  readonly software: readonly string[];
}

/** Both, one after the other, that often, each on a fresh lab. @throws Error when one of them did not do all of its work */
export async function benchLab(runs: number, endings: Endings, progress: (line: string) => void): Promise<LabResult> {
  const cau: LabRun[] = [];
  const shell: LabRun[] = [];
  let software: readonly string[] = [];
  for (let number = 1; number <= runs; number += 1) {
    const { report, ...run } = await withEndings(endings, (own) => runCau(own, progress));
    cau.push(run);
    software = report.software;
    progress(`lab: cau, run ${number} of ${runs}: ${(run.ms / 1000).toFixed(1)} s`);
    const loop = await withEndings(endings, runShell);
    shell.push(loop);
    progress(`lab: shell loop, run ${number} of ${runs}: ${(loop.ms / 1000).toFixed(1)} s`);
  }
  return { cau, shell, software };
}

/** From the request to start the run until its result is here. */
async function runCau(endings: Endings, progress: (line: string) => void) {
  const { port, temporal } = await startBenchTemporal(endings, progress);
  const lab = await startFreshLab(endings, port);
  await untilWorkersPoll(temporal, place.name, lab.nodes);
  const startedAt = performance.now();
  const report = await awaitReport(await startRun(temporal, { cluster: place.name, requestedBy: 'bench' }));
  const ms = performance.now() - startedAt;
  if (report.outcome !== 'Succeeded') throw new Error(`the run ended as ${report.outcome}: ${JSON.stringify(report.failure)}`);
  await requireUpdated(lab);
  return { ms, phases: report.nodes.flatMap(({ node, steps }) => steps.map(({ step, ms }) => ({ node, phase: step, ms }))), report };
}

async function runShell(endings: Endings): Promise<LabRun> {
  const lab = await startFreshLab(endings, null);
  const startedAt = performance.now();
  // A process group of its own, so that nothing of it stays behind.
  const child = execa('bash', [shellLoop, join(place.directory, 'nodes'), lab.nodes.join(' '), ...enterArguments(0).slice(2)], {
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
  const ms = performance.now() - startedAt;
  if (exitCode !== 0) throw new Error(`the shell loop ended with ${String(exitCode)}: ${stdout.slice(-300)} ${stderr.slice(-500)}`);
  await requireUpdated(lab);
  return { ms, phases: stdout.split('\n').map(parsePhase) };
}

async function startFreshLab(endings: Endings, temporalPort: number | null): Promise<Lab> {
  const lab = new Lab({ place, nodes: 4, fencing: true, ...(temporalPort === null ? {} : { temporalPort }) });
  const starting = lab.start();
  // A lab that failed to start leaves things too.
  await endings.add(async () => {
    await starting.catch(() => undefined);
    await lab.down();
  });
  await starting;
  return lab;
}

function parsePhase(line: string): PhaseTime {
  const [node, phase, ms] = line.split(' ');
  if (node === undefined || phase === undefined || ms === undefined) throw new Error(`not a phase: "${line}"`);
  return { node, phase, ms: Number(ms) };
}

/** Every node has all new versions, restarted once, and serves again; else the time means nothing. */
async function requireUpdated(lab: Lab): Promise<void> {
  await lab.waitSettled();
  for (const node of lab.nodes) {
    const installed = (await lab.installations(node)).map(({ name, version }) => `${name} ${version}`);
    const missing = newVersions.filter((version) => !installed.some((line) => version.test(line)));
    if (missing.length > 0) throw new Error(`${node} was not updated: ${missing.join(', ')}`);
    const boots = await lab.bootIds(node);
    if (boots.length !== 2) throw new Error(`${node} booted ${boots.length} times instead of twice`);
  }
  const fenced = lab.powerLog.filter((line) => / (reboot|off) /.test(line));
  if (fenced.length > 0) throw new Error(`nodes were fenced: ${fenced.join('; ')}`);
}
