/** `cau schedule create` and `update`: both show the next ten times before anything is saved. */
import type { Command } from 'commander';
import { createInterface } from 'node:readline/promises';
import { findAbsent } from '../../client/pollers.js';
import { renderNextTimes } from '../../client/reports/schedule-text.js';
import { planChange, planSchedule, type PlannedSchedule } from '../../client/schedules.js';
import { readProfile } from '../../configuration/profile-files.js';
import { CauError } from '../../domain/errors.js';
import { shippedProfiles } from '../../workers/package-root.js';
import { refusedExitCode } from '../exit-codes.js';
import { printNote, printResult } from '../output.js';
import { addScheduleFlags, readScheduleFlags, type ScheduleFlags } from '../schedule-flags.js';
import { scheduleNameOf } from '../schedule-name.js';
import { flagsOf, withTemporal, type GlobalFlags, type Session } from '../session.js';
import { requireCluster } from '../run-request.js';

interface SaveFlags extends ScheduleFlags {
  readonly id?: string;
  readonly paused?: boolean;
  readonly preview?: boolean;
  readonly yes?: boolean;
}

export function addScheduleCreateCommand(schedule: Command): void {
  const command = schedule
    .command('create')
    .description('Make a schedule: show its next ten times, then save it.')
    .argument('[cluster]', 'the cluster; the configured one when it is left out')
    .option('--id <schedule id>', 'the id of the schedule; cau/schedule/CLUSTER when it is left out')
    .option('--paused', 'save it paused');
  addScheduleFlags(addSavingFlags(command)).action((cluster: string | undefined, _flags: object, self: Command) => {
    const flags = flagsOf<SaveFlags>(self);
    return save(flags, 'created', (session) =>
      planSchedule(session.temporal, requireCluster(cluster, session.configuration.cluster.value, 'schedule create'), readScheduleFlags(flags), {
        ...(flags.id === undefined ? {} : { id: flags.id }),
        paused: flags.paused === true,
        by: session.configuration.requestedBy.value,
      }),
    );
  });
}

export function addScheduleUpdateCommand(schedule: Command): void {
  const command = schedule
    .command('update')
    .description('Change a schedule: only what is named changes. Shows its next ten times, then saves it.')
    .argument('[cluster or schedule id]')
    .option('--unset <fields>', 'go back to what holds when nobody names it: from, until, nodes, reason, profile, profileDigest, or an option of the run');
  addScheduleFlags(addSavingFlags(command)).action((name: string | undefined, _flags: object, self: Command) => {
    const flags = flagsOf<SaveFlags>(self);
    return save(flags, 'updated', (session) => planChange(session.temporal, scheduleNameOf(name, session), readScheduleFlags(flags)));
  });
}

function addSavingFlags(command: Command): Command {
  return command.option('--preview', 'only show the next ten times; save nothing').option('--yes', 'do not ask on a terminal before it is saved');
}

async function save(flags: SaveFlags & GlobalFlags, done: string, plan: (session: Session) => Promise<PlannedSchedule>): Promise<void> {
  process.exitCode = await withTemporal(flags, async (session) => {
    const { json } = session;
    const planned = await plan(session);
    const { draft, timeZone, nextTimes } = planned;
    const shown = { id: draft.id, times: draft.times, request: draft.request, nextTimes };
    if (!json) process.stdout.write(`${renderNextTimes(nextTimes, timeZone)}\n`);
    await noteAbsence(session, draft.request.cluster);
    await noteProfile(session, draft.request.profile);
    const isWanted = flags.preview !== true && (json || flags.yes === true || (await isConfirmed(draft.id)));
    if (isWanted) await planned.save();
    printResult({ ...shown, saved: isWanted }, json, () =>
      isWanted ? `Schedule ${draft.id} is ${done}. Look at it: cau schedule show ${draft.id}` : 'Nothing is saved.',
    );
    return isWanted || flags.preview === true ? 0 : refusedExitCode;
  });
}

/** Only a person at a terminal can be asked; a script has said what it wants. */
async function isConfirmed(id: string): Promise<boolean> {
  if (!process.stdin.isTTY) return true;
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await asking.question(`Save schedule ${id} with these times? [y/N] `)).trim());
  } finally {
    asking.close();
  }
}

/** A misspelled cluster would be noticed only in the night. */
async function noteAbsence({ temporal }: Session, cluster: string): Promise<void> {
  for (const absence of await findAbsent(temporal, temporal.taskQueue, cluster)) printNote(`Note: ${absence}.`);
}

/** So would a misspelled profile. Runs take that of their coordinators, which may be on other machines, so nothing is refused for it here. */
async function noteProfile({ configuration }: Session, profile: string | undefined): Promise<void> {
  if (profile === undefined) return;
  try {
    await readProfile({ own: configuration.profiles.value, shipped: shippedProfiles() }, profile);
  } catch (error) {
    if (!(error instanceof CauError)) throw error;
    printNote(`Note: on this machine: ${error.message} Runs take the profile that their Update Coordinator has, and are refused where it has none.`);
  }
}
