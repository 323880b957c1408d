/** `cau preview`: what a run would do now, changing nothing. */
import type { Command } from 'commander';
import { previewRun } from '../../client/runs.js';
import { renderPreview } from '../../client/reports/preview-text.js';
import { showsColours } from '../../client/reports/paint.js';
import { addOptionFlags } from '../option-flags.js';
import { exitCodeOf } from '../exit-codes.js';
import { printResult } from '../output.js';
import { flagsOf, withTemporal } from '../session.js';
import { readRequest } from '../run-request.js';

interface PreviewFlags {
  readonly nodes?: string;
  readonly profile?: string;
  readonly profileDigest?: string;
}

export function addPreviewCommand(program: Command): void {
  const command = program
    .command('preview')
    .description('Show what a run would do now: readiness, order, updates, restarts and moves. Changes nothing.')
    .argument('[cluster]', 'the cluster; the configured one when it is left out')
    .option('--nodes <names>', 'only these nodes, separated by commas')
    .option('--profile <name>', 'options by name')
    .option('--profile-digest <digest>', 'refuse unless the profile has this digest');
  addOptionFlags(command).action(async (cluster: string | undefined, _flags: PreviewFlags, self: Command) => {
    const flags = flagsOf<PreviewFlags>(self);
    process.exitCode = await withTemporal(flags, async (session) => {
      const preview = await previewRun(session.temporal, readRequest(cluster, flags, session));
      printResult(preview, session.json, () => renderPreview(preview, showsColours(process.stdout)));
      return preview.blocked === null ? 0 : exitCodeOf(preview.blocked.code);
    });
  });
}
