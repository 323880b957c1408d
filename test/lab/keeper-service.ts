/** The keeper's ear: requests of other commands, by HTTP over a unix socket that only root may use. */
import { chmod, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { keeperRequestSchema, keeperSocket, type KeeperAnswer, type KeeperRequest } from './keeper-protocol.js';
import type { Lab } from './lab.js';
import type { Offer } from './repository.js';

/** @param end called when it is told to end */
export async function serveKeeper(lab: Lab, end: () => void): Promise<void> {
  const socket = keeperSocket(lab.place);
  await rm(socket, { force: true });
  const server = createServer((request, response) => {
    void answer(lab, request).then(({ isLast, ...rest }) => response.end(JSON.stringify(rest.answer), () => isLast && end()));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socket, resolve);
  });
  await chmod(socket, 0o600);
}

async function answer(lab: Lab, body: NodeJS.ReadableStream): Promise<{ readonly answer: KeeperAnswer; readonly isLast: boolean }> {
  try {
    const request = keeperRequestSchema.parse(await json(body));
    return { answer: { lines: await serve(lab, request) }, isLast: request.verb === 'down' };
  } catch (error) {
    return { answer: { failure: error instanceof Error ? error.message : String(error) }, isLast: false };
  }
}

async function serve(lab: Lab, request: KeeperRequest): Promise<string[]> {
  switch (request.verb) {
    case 'crash':
      await requireOn(lab, request.node).crash();
      return [`${request.node} has no power.`];
    case 'start': {
      const machine = lab.machine(request.node);
      if (machine.isOn()) throw new Error(`${request.node} is on already.`);
      await machine.start();
      return [`${request.node} has power.`];
    }
    case 'cut':
      await requireOn(lab, request.node).cut();
      return [`The cable of ${request.node} is out.`];
    case 'join':
      await requireOn(lab, request.node).join();
      return [`The cable of ${request.node} is in.`];
    case 'offer':
      return offer(lab, request.offers);
    case 'settle':
      await lab.waitSettled(request.timeoutMs);
      return ['All nodes are members, all roles run, nothing is pending.'];
    case 'powerLog':
      return lab.powerLog;
    case 'down':
      return [];
  }
}

function requireOn(lab: Lab, node: string) {
  const machine = lab.machine(node);
  if (!machine.isOn()) throw new Error(`${node} is off.`);
  return machine;
}

async function offer(lab: Lab, wanted: readonly Offer[]): Promise<string[]> {
  const off = lab.nodes.filter((node) => !lab.machine(node).isOn());
  if (off.length > 0) throw new Error(`Offers change on all nodes at once, but ${off.join(', ')} ${off.length === 1 ? 'is' : 'are'} off.`);
  await lab.offer(...wanted);
  return [wanted.length === 0 ? 'Nothing is on offer.' : `On offer: ${wanted.join(', ')}.`];
}
