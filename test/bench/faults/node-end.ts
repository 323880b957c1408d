/** What each node has been through, when all is over. */
import type { Lab } from '../../lab/lab.js';
import { fencings } from '../lab-run.js';
import { describeLook, lookAtNode } from './node-look.js';

export interface NodeEnd {
  readonly node: string;
  readonly state: string;
  readonly restarts: number;
  /** Packages whose new version dpkg finished more than once. */
  readonly repeated: readonly string[];
  readonly fenced: number;
}

export async function lookAtEnd(lab: Lab): Promise<NodeEnd[]> {
  return Promise.all(
    lab.nodes.map(async (node) => {
      const installed = (await lab.installations(node)).flatMap(({ name, version }) => (name.startsWith('cau-demo') && version !== '1.0' ? [name] : []));
      return {
        node,
        state: describeLook(await lookAtNode(lab, node)),
        restarts: (await lab.bootIds(node)).length - 1,
        repeated: [...new Set(installed.filter((name, index) => installed.indexOf(name) !== index))],
        fenced: fencings(lab).filter((line) => line.includes(` ${node},`)).length,
      };
    }),
  );
}
