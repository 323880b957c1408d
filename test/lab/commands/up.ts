/** `lab up` and `lab down`. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Argument, Option, type Command } from 'commander';
import { renderElapsed } from '../../../domain/duration.js';
import { findPackage } from '../../../workers/package-root.js';
import { isPortBusy } from '../../../workers/temporal/ports.js';
import { endKeeper, forget, startKeeper } from '../keeper.js';
import { labCommand, continuousAddress, webAddress } from '../place.js';
import { isKeeper, isOwned, readRecord, upAlready } from '../record.js';
import type { Offer } from '../repository.js';
import { hasTraces, removeTraces } from '../traces.js';
import { placeOf } from './find-lab.js';
import { parseOffers } from './offer.js';

export function addUpCommands(program: Command): void {
  program
    .command('up')
    .description('Make a cluster of so many nodes and leave it running in the background.')
    .addArgument(new Argument('<nodes>', 'how many').choices(['2', '3', '4']))
    .option('--no-fencing', 'a cluster without fence devices')
    .option('--quorum-device', 'one more machine, which lends the cluster a vote')
    .option('--temporal-port <port>', 'start node workers, which reach the Temporal service at this port of the loopback interface', parsePort)
    .option('--offers <offers>', 'updates on offer from the beginning, with commas between, or "none" (default: ordinary,restart,dependent,stack)', parseOffers)
    .addOption(new Option('--network <numbers>', 'the first three numbers of its network (default: 10.87.0)'))
    .action(up);
  program.command('down').description('Remove every trace of the lab, also of one whose keeper was killed.').action(down);
}

interface UpFlags {
  readonly fencing: boolean;
  readonly quorumDevice?: boolean;
  readonly temporalPort?: number;
  readonly offers?: readonly Offer[];
}

async function up(count: string, { fencing, quorumDevice = false, temporalPort, offers }: UpFlags, self: Command): Promise<void> {
  const place = await placeOf(self);
  const present = await readRecord(place);
  if (present !== null && isOwned(present)) throw new Error(upAlready(place, present));
  if (temporalPort !== undefined && !existsSync(join(findPackage().root, 'dist/cli/main.js')))
    throw new Error('The node workers run the compiled product, and there is none: run "npm run build" first.');
  const startedAt = performance.now();
  const say = (line: string) => console.log(`${renderElapsed(performance.now() - startedAt).padStart(7)}  ${line}`);
  const more = { ...(temporalPort === undefined ? {} : { temporalPort }), ...(offers === undefined ? {} : { offers }) };
  await startKeeper({ place, nodes: Number(count) as 2 | 3 | 4, fencing, quorumDevice, ...more }, say);
  console.log(`
The lab ${place.name} is up: ${count} nodes, fencing ${fencing ? 'on' : 'off'}${quorumDevice ? ', with a quorum device' : ''}.
  web         ${webAddress(place)}
  continuous  ${continuousAddress(place)}
${temporalPort === undefined ? '' : await temporalHint(temporalPort, place.name)}Next: ${labCommand(place, 'status')}`);
}

async function temporalHint(port: number, name: string): Promise<string> {
  if (!(await isPortBusy(port))) return `Nothing listens at 127.0.0.1:${port} yet; the node workers wait for it.\n`;
  return `The node workers serve runs of the cluster ${name} at 127.0.0.1:${port}.\n`;
}

async function down(_flags: object, self: Command): Promise<void> {
  const place = await placeOf(self);
  const record = await readRecord(place);
  const wasThere = hasTraces(place);
  if (record !== null && isOwned(record)) {
    if (!isKeeper(record))
      throw new Error(`Process ${record.owner.pid} keeps the lab ${place.name} and removes it when it ends; it is not one of "npm run lab".`);
    await endKeeper(place, record.owner.pid, () => isOwned(record));
  }
  await removeTraces(place);
  forget(place);
  console.log(wasThere ? `The lab ${place.name} is down; nothing of it is left.` : `The lab ${place.name} is not up; there is nothing to remove.`);
}

function parsePort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new Error(`--temporal-port: "${text}" is no port; allowed is 1 to 65535.`);
}
