/** `lab offer`: which updates the nodes find. */
import { Argument, type Command } from 'commander';
import { askKeeper } from '../keeper.js';
import { offers, type Offer } from '../repository.js';
import { requireLab } from './find-lab.js';

const meanings: Readonly<Record<Offer, string>> = {
  ordinary: 'cau-demo-app 1.1, nothing special',
  restart: 'cau-demo-kernel 1.1, asks for a restart of the node',
  dependent: 'cau-demo-agent 1.1, reveals cau-demo-lib 1.1 once it is installed',
  stack: 'corosync itself with a higher version',
  service: 'cau-demo-service 1.1, enables in systemd what the cluster manages',
  broken: 'cau-demo-broken 1.1, its installation fails',
  fixed: 'cau-demo-broken 1.2, which mends that',
  slow1: 'cau-demo-slow 1.1, is being installed as long as the node has /run/cau-demo-wait',
  slow2: 'cau-demo-slow 1.2, likewise',
  slow3: 'cau-demo-slow 1.3, likewise',
  slow4: 'cau-demo-slow 1.4, likewise',
  slow5: 'cau-demo-slow 1.5, likewise',
  slow6: 'cau-demo-slow 1.6, likewise',
};

export function addOfferCommand(program: Command): void {
  program
    .command('offer')
    .description('Put these updates on offer on all nodes, and no others; "none" for none at all.')
    .addArgument(new Argument('<offers...>', 'names from the list below'))
    .addHelpText('after', `\nOffers:\n${offers.map((offer) => `  ${offer.padEnd(10)} ${meanings[offer]}`).join('\n')}`)
    .action(async (names: readonly string[], _flags: object, self: Command) => {
      const wanted = parseOffers(names.join(','));
      const { place } = await requireLab(self);
      for (const line of await askKeeper(place, { verb: 'offer', offers: wanted })) console.log(line);
    });
}

/** Offers with commas between, or `none`. @throws Error that names those there are */
export function parseOffers(text: string): Offer[] {
  if (text === 'none') return [];
  return text.split(',').map((name) => {
    const offer = offers.find((known) => known === name);
    if (offer === undefined) throw new Error(`There is no offer "${name}"; there are: ${offers.join(', ')}, or "none".`);
    return offer;
  });
}
