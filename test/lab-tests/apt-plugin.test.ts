/** The update plug-in `apt` on real Debian nodes: what it promises, read from the nodes' own records. */
import { afterAll, beforeAll } from 'vitest';
import { promiseFinding } from './apt-finding.js';
import { promiseInstalling } from './apt-installing.js';
import { promiseSafety } from './apt-safety.js';
import { lab, openAptWorld } from './apt-world.js';

beforeAll(openAptWorld);
afterAll(() => lab?.close());

promiseFinding();
promiseInstalling();
promiseSafety();
