/** `cau verify`: whether a run kept its promises, by the nodes' own records. */
import type { Command } from 'commander';
import { readFile } from 'node:fs/promises';
import { showsColours } from '../../client/reports/paint.js';
import { renderVerification } from '../../client/reports/verification-text.js';
import { clusterOf, requireRun } from '../../client/runs.js';
import { verifyRun, type VerificationSubject } from '../../client/verify.js';
import { CauError } from '../../domain/errors.js';
import { reportSchema } from '../../domain/report.js';
import { parseInput } from '../../domain/parse-input.js';
import { verificationExitCodes } from '../exit-codes.js';
import { printResult } from '../output.js';
import { flagsOf, withTemporal, type Session } from '../session.js';

export function addVerifyCommand(program: Command): void {
  program
    .command('verify')
    .description("Check what a run promised and reported against the nodes' own records: package logs, boots, the history of the cluster. Changes nothing.")
    .argument('[cluster or run id]', 'the latest run, that of a cluster, or the one with this id')
    .option('--report <file>', 'verify by this report, from the archive of a node, when Temporal has forgotten the run')
    .action(async (name: string | undefined, _flags: object, self: Command) => {
      const flags = flagsOf<{ report?: string }>(self);
      const report = flags.report === undefined ? null : await readReport(flags.report);
      process.exitCode = await withTemporal(flags, async (session) => {
        const verification = await verifyRun(session.temporal, report ?? (await findSubject(session, name)));
        printResult(verification, session.json, () => renderVerification(verification, showsColours(process.stdout)));
        return verificationExitCodes[verification.state];
      });
    });
}

async function findSubject({ temporal, configuration }: Session, name: string | undefined): Promise<VerificationSubject> {
  const handle = await requireRun(temporal, name ?? configuration.cluster.value);
  return { cluster: await clusterOf(handle), workflowId: handle.workflowId };
}

async function readReport(file: string): Promise<VerificationSubject> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new CauError('InvalidInput', `--report: ${file} cannot be read.`, { where: 'report', cause });
  });
  const report = parseInput(reportSchema, parseJson(text, file), `--report ${file}`);
  return { cluster: report.cluster, workflowId: report.run.workflowId, report };
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CauError('InvalidInput', `--report: ${file} is not JSON.`, { where: 'report', cause });
  }
}
