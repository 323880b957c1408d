/** The compiled product and the Temporal CLI, once for all lanes. */
import { findTemporalCli } from '../../workers/temporal/find-cli.js';
import { buildProduct } from '../helpers/compiled.js';

export default async function setup(): Promise<void> {
  await Promise.all([buildProduct(), findTemporalCli((line) => console.error(`[temporal] ${line}`))]);
}
