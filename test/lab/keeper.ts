/** A lab's keeper, seen from other commands: started, asked, ended. */
import { fork } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, rmSync, rmdirSync } from 'node:fs';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { keeperAnswerSchema, keeperLog, keeperSocket, type KeeperNews, type KeeperRequest } from './keeper-protocol.js';
import type { LabSettings } from './lab.js';
import { labCommand, type LabPlace } from './place.js';

type Wanted = Omit<LabSettings, 'progress' | 'place'> & { readonly place: LabPlace };

/**
 * Starts a keeper in the background and waits until its lab is up.
 * @throws Error what it says went wrong; nothing is left then but its log
 */
export async function startKeeper(settings: Wanted, progress: (line: string) => void): Promise<void> {
  mkdirSync(settings.place.directory, { recursive: true });
  const log = openSync(keeperLog(settings.place), 'a');
  const keeper = fork(fileURLToPath(new URL('keeper-main.ts', import.meta.url)), [JSON.stringify(settings)], {
    execArgv: ['--import', 'tsx'],
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  // It notices that it lost us, removes what it has made, and ends.
  let isInterrupted = false;
  const interrupt = () => {
    isInterrupted = true;
    if (keeper.connected) keeper.disconnect();
  };
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  await new Promise<void>((resolve, reject) => {
    let failure: string | null = null;
    keeper.on('message', (news: KeeperNews) => {
      if (news === 'up') resolve();
      else if ('progress' in news) progress(news.progress);
      else failure = news.failure;
    });
    keeper.once('exit', () => {
      if (isInterrupted) failure = 'Interrupted; what was there of the lab is removed.';
      // What it said is all that its log tells.
      if (failure !== null) forget(settings.place);
      reject(new Error(failure ?? `The keeper of the lab ended before the lab was up; its log is ${keeperLog(settings.place)}.`));
    });
    keeper.once('error', reject);
  });
  process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  keeper.removeAllListeners();
  keeper.disconnect();
  keeper.unref();
}

/** What the keeper answers. @throws Error the sentence with which it refuses, or that it does not answer */
export async function askKeeper(place: LabPlace, wish: KeeperRequest): Promise<string[]> {
  if (!existsSync(keeperSocket(place))) throw new Error(`The lab ${place.name} has no keeper to ask: it is being made, or a test keeps it.`);
  const answer = keeperAnswerSchema.parse(JSON.parse(await post(place, JSON.stringify(wish))));
  if ('failure' in answer) throw new Error(answer.failure);
  return answer.lines;
}

/** Removes what a keeper that is gone has left of its own. */
export function forget(place: LabPlace): void {
  for (const file of [keeperSocket(place), keeperLog(place)]) rmSync(file, { force: true });
  // Only when nothing of a lab is in it.
  if (existsSync(place.directory) && readdirSync(place.directory).length === 0) rmdirSync(place.directory);
}

/** Ends a keeper in order, or at once when it does not answer. */
export async function endKeeper(place: LabPlace, pid: number, isThere: () => boolean): Promise<void> {
  const end = (signal: NodeJS.Signals) => isThere() && process.kill(pid, signal);
  await askKeeper(place, { verb: 'down' }).catch(() => end('SIGTERM'));
  if (await isSoon(() => !isThere(), 30_000)) return;
  end('SIGKILL');
  await isSoon(() => !isThere(), 5000);
}

function post(place: LabPlace, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const lost = (cause: unknown) =>
      reject(new Error(`The keeper of the lab ${place.name} does not answer; "${labCommand(place, 'down')}" removes the lab.`, { cause }));
    const outgoing = request({ socketPath: keeperSocket(place), method: 'POST' }, (response) => void text(response).then(resolve, lost));
    outgoing.on('error', lost).end(body);
  });
}

async function isSoon(condition: () => boolean, patienceMs: number): Promise<boolean> {
  const giveUpAt = Date.now() + patienceMs;
  while (!condition()) {
    if (Date.now() > giveUpAt) return false;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return true;
}
