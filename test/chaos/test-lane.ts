/** A lane for the tests of a file; one in which a test failed is not used by the next. */
import { afterAll, afterEach } from 'vitest';
import { Endings } from '../helpers/endings.js';
import { openLane, type Lane } from './lane.js';
import { terms, type TermsName } from './terms.js';

/** Answers the lane, which is opened when it is asked for first. */
export function useLane(name: string, onTerms: TermsName = 'usual'): () => Promise<Lane> {
  let endings = new Endings();
  let lane: Promise<Lane> | null = null;
  const close = async () => {
    await endings.run();
    endings = new Endings();
    lane = null;
  };
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await close();
  });
  afterAll(close);
  return () => (lane ??= openLane(name, terms[onTerms], endings, (line) => console.error(line)));
}
