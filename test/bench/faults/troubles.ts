/** What happens in practice beyond kills, made for each tool in the same way on a fresh lab of three nodes. */
import { hostAddress } from '../../lab/place.js';
import { usualOffers, type Offer } from '../../lab/repository.js';
import type { Lab } from '../../lab/lab.js';
import type { Endings } from '../../helpers/endings.js';
import type { Tool } from '../lab.js';
import type { Trial } from '../records.js';
import { watchCluster } from './cluster-watch.js';
import { contestants, type Contestant, type ContestantName } from './contestants.js';
import { lookAtEnd } from './node-end.js';
import { describeLook, lookAtNode, viewOfPeers } from './node-look.js';
import { untilSo } from './until-so.js';

export const troubles = ['two runs at once', 'a host unreachable', "an administrator's standby", 'a half-configured package'] as const;
export type Trouble = (typeof troubles)[number];

export interface TroubleResult {
  readonly trouble: Trouble;
  readonly tool: ContestantName;
  /** What was seen, by what it is about; the same for all tools. */
  readonly facts: Readonly<Record<string, string>>;
}

interface Scene {
  readonly offers: readonly Offer[];
  play(contestant: Contestant): Promise<TroubleResult['facts']>;
}

const allOffers: readonly Offer[] = [...usualOffers, 'slow1'];
const secondAfterMs = 3000;
const cutMs = 60_000;
const patienceMs = 240_000;

const scenes: Readonly<Record<Trouble, Scene>> = {
  'two runs at once': { offers: allOffers, play: playTwoRuns },
  'a host unreachable': { offers: allOffers, play: playUnreachable },
  "an administrator's standby": { offers: allOffers, play: playStandby },
  'a half-configured package': { offers: ['ordinary'], play: playHalfConfigured },
};

export function troubleTrials(wanted: readonly Tool[], progress: (line: string) => void): Trial<TroubleResult>[] {
  const tools = (Object.keys(contestants) as ContestantName[]).filter((tool) => wanted.includes(tool));
  return troubles.flatMap((trouble) =>
    tools.map((tool) => ({
      id: `trouble/${trouble}/${tool}`,
      measure: async (endings: Endings) => {
        const { offers, play } = scenes[trouble];
        return { trouble, tool, facts: await play(await contestants[tool](offers, endings, progress)) };
      },
    })),
  );
}

async function playTwoRuns({ lab, start }: Contestant) {
  const watch = watchCluster(lab);
  const first = await start();
  await new Promise((resolve) => setTimeout(resolve, secondAfterMs));
  const second = await start();
  const [firstEnded, secondEnded] = await Promise.all([first.ended, second.ended]);
  const { mostOut, unprotected } = await watch.end();
  return {
    'first run': firstEnded,
    'second run, 3 s later': secondEnded,
    'most nodes out at once': String(mostOut),
    'away, but not in standby': unprotected.join(', ') || 'none',
    'in the end': await describeNodes(lab),
  };
}

/** Cut off from whoever leads, in the middle of the drain, but not from its peers. */
async function playUnreachable({ lab, start, goesOn }: Contestant) {
  const address = hostAddress(lab.place);
  const attempt = await start();
  await untilSo(() => attempt.hasTaken('node1'), patienceMs);
  await lab.exec('node1', 'ip', 'route', 'add', 'blackhole', address);
  const said = await Promise.race([attempt.ended, new Promise<null>((resolve) => setTimeout(() => resolve(null), cutMs))]);
  const meanwhile = await describeNodes(lab);
  await lab.exec('node1', 'ip', 'route', 'del', 'blackhole', address);
  const startedAt = performance.now();
  const afterwards = await (goesOn ? attempt : await start()).ended;
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
  return {
    'the tool, within 60 s': said ?? 'waits',
    'nodes then': meanwhile,
    'once it is reached again': `${goesOn ? 'goes on' : 'run again'}: ${afterwards}, ${seconds} s`,
    'in the end': await describeNodes(lab),
  };
}

async function playStandby({ lab, start }: Contestant) {
  await lab.exec('node1', 'crm_standby', '-N', 'node3', '-v', 'on');
  await untilSo(async () => (await viewOfPeers(lab))?.roles.every((role) => role.instances.every(({ node }) => node !== 'node3')) === true, patienceMs);
  const said = await (await start()).ended;
  return { 'the tool': said, 'node3, in standby before': describeLook(await lookAtNode(lab, 'node3')), 'all nodes': await describeNodes(lab) };
}

async function playHalfConfigured({ lab, start }: Contestant) {
  const state = async () =>
    (await lab.exec('node2', 'dpkg-query', '-W', '-f', '${db:Status-Abbrev}${Version}', 'cau-demo-app'))
      .replace(/^iU /, 'unpacked ')
      .replace(/^ii /, 'installed ');
  await lab.exec('node2', 'sh', '-c', 'dpkg --unpack /srv/repo/ordinary/cau-demo-app_1.1_*.deb');
  const before = await state();
  const said = await (await start()).ended;
  return { 'the tool': said, 'cau-demo-app on node2 before': before, 'and after': await state() };
}

async function describeNodes(lab: Lab): Promise<string> {
  return (await lookAtEnd(lab)).map(({ node, state, fenced }) => `${node}: ${state}${fenced === 0 ? '' : `, fenced ${fenced} times`}`).join('; ');
}
