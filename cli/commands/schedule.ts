/** `cau schedule`: schedules of Updating Runs; they are Temporal Schedules, and those that were made otherwise are shown as well. */
import type { Command } from 'commander';
import { findAbsent } from '../../client/pollers.js';
import { lastRuns } from '../../client/schedule-runs.js';
import { deleteSchedule, listSchedules, pauseSchedule, requireSchedule, triggerSchedule, viewOf } from '../../client/schedules.js';
import { showsColours } from '../../client/reports/paint.js';
import { renderSchedule, renderScheduleList } from '../../client/reports/schedule-text.js';
import { printResult } from '../output.js';
import { scheduleNameOf } from '../schedule-name.js';
import { flagsOf, withTemporal, type GlobalFlags } from '../session.js';
import { addScheduleCreateCommand, addScheduleUpdateCommand } from './schedule-save.js';

export function addScheduleCommand(program: Command): void {
  const schedule = program.command('schedule').description('Schedules of Updating Runs. There is none unless you make one.');
  addScheduleCreateCommand(schedule);
  schedule
    .command('list')
    .description('List the schedules of a cluster, or all.')
    .argument('[cluster]')
    .action((cluster: string | undefined, _flags: object, self: Command) => list(cluster ?? null, flagsOf(self)));
  schedule
    .command('show')
    .description('Show a schedule: its rule, its next ten times as Temporal has them, and the results of its last runs.')
    .argument(target)
    .action((name: string | undefined, _flags: object, self: Command) => show(name, flagsOf(self)));
  addScheduleUpdateCommand(schedule);
  schedule
    .command('pause')
    .description('Start no runs until it is resumed; its settings are kept.')
    .argument(target)
    .option('--reason <text>', 'why; shown with the schedule')
    .action((name: string | undefined, _flags: object, self: Command) => setPaused(name, true, flagsOf(self)));
  schedule
    .command('resume')
    .description('Let a paused schedule start runs again.')
    .argument(target)
    .option('--reason <text>', 'why; shown with the schedule')
    .action((name: string | undefined, _flags: object, self: Command) => setPaused(name, false, flagsOf(self)));
  schedule
    .command('trigger')
    .description('Start a run now, as the schedule would.')
    .argument(target)
    .action((name: string | undefined, _flags: object, self: Command) => trigger(name, flagsOf(self)));
  schedule
    .command('delete')
    .description('Delete a schedule; a run that it started goes on.')
    .argument(target)
    .action((name: string | undefined, _flags: object, self: Command) => remove(name, flagsOf(self)));
}

const target = '[cluster or schedule id]';

async function list(cluster: string | null, flags: GlobalFlags): Promise<void> {
  await withTemporal(flags, async ({ temporal, json }) => {
    const schedules = await listSchedules(temporal, cluster);
    printResult(schedules, json, () => renderScheduleList(schedules, cluster));
  });
}

async function show(name: string | undefined, flags: GlobalFlags): Promise<void> {
  await withTemporal(flags, async (session) => {
    const { temporal, json } = session;
    const description = await requireSchedule(temporal, scheduleNameOf(name, session));
    const view = viewOf(description);
    const absent = view.cluster === null ? [] : await findAbsent(temporal, description.action.taskQueue, view.cluster);
    const shown = { ...view, absent, lastRuns: await lastRuns(temporal, description) };
    printResult(shown, json, () => renderSchedule(shown, shown.lastRuns, showsColours(process.stdout)));
  });
}

async function setPaused(name: string | undefined, paused: boolean, flags: GlobalFlags & { readonly reason?: string }): Promise<void> {
  await withTemporal(flags, async (session) => {
    const { temporal, json, configuration } = session;
    const note = `${paused ? 'paused' : 'resumed'} by ${configuration.requestedBy.value}${flags.reason === undefined ? '' : `: ${flags.reason}`}`;
    const id = await pauseSchedule(temporal, scheduleNameOf(name, session), paused, note);
    printResult({ id, paused }, json, () =>
      paused ? `Schedule ${id} is paused: it starts no runs. Resume it: cau schedule resume ${id}` : `Schedule ${id} starts runs again.`,
    );
  });
}

async function trigger(name: string | undefined, flags: GlobalFlags): Promise<void> {
  await withTemporal(flags, async (session) => {
    const { temporal, json } = session;
    const { id, workflowId } = await triggerSchedule(temporal, scheduleNameOf(name, session));
    printResult({ id, workflowId }, json, () =>
      workflowId === null
        ? `Schedule ${id} was triggered, and Temporal does not tell of its run yet. Look: cau schedule show ${id}`
        : `Started ${workflowId}. Follow it: cau status --follow ${workflowId}`,
    );
  });
}

async function remove(name: string | undefined, flags: GlobalFlags): Promise<void> {
  await withTemporal(flags, async (session) => {
    const { temporal, json } = session;
    const id = await deleteSchedule(temporal, scheduleNameOf(name, session));
    printResult({ id, deleted: true }, json, () => `Schedule ${id} is deleted. A run that it started goes on.`);
  });
}
