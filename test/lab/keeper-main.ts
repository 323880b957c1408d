/**
 * The keeper: the process that makes a lab and stays to look after it. It switches machines on again that restart, is the
 * power controller, passes connections to Temporal, and does what other commands ask through a socket.
 */
import { unlinkSync } from 'node:fs';
import { Lab, type LabSettings } from './lab.js';
import { keeperSocket, type KeeperNews } from './keeper-protocol.js';
import { serveKeeper } from './keeper-service.js';

const settings = JSON.parse(process.argv[2] ?? '') as LabSettings;
const tell = (news: KeeperNews) => void (process.connected && process.send?.(news));
const log = (line: string) => console.log(`${new Date().toISOString()} ${line}`);
const lab = new Lab({
  ...settings,
  progress: (line) => {
    log(line);
    tell({ progress: line });
  },
});
let isUp = false;

process.on('unhandledRejection', (error) => log(`unexpected: ${String(error)}`));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void end(`told to end by ${signal}`));
// Whoever ordered the lab went away before it was up: nobody wants it any more.
process.once('disconnect', () => void (isUp || end('not wanted any more')));

try {
  await lab.start();
  await serveKeeper(lab, () => void end('told to end by "down"'));
  isUp = true;
  tell('up');
} catch (error) {
  const failure = error instanceof Error ? error.message : String(error);
  log(`failed: ${failure}`);
  await lab.down().catch((second: unknown) => log(`and could not be removed: ${String(second)}`));
  tell({ failure });
  process.exit(1);
}

async function end(why: string): Promise<void> {
  log(why);
  await lab.down().catch((error: unknown) => log(`could not be removed: ${String(error)}`));
  try {
    unlinkSync(keeperSocket(lab.place));
  } catch {
    // It was not yet there.
  }
  process.exit();
}
