/** Where test results go: to eyes, and to a file that machines read where `CAU_TEST_RESULTS` names a directory for it. */
import { join } from 'node:path';

export function reportersFor(suite: string): ('default' | ['json', { outputFile: string }])[] {
  const directory = process.env['CAU_TEST_RESULTS'] ?? '';
  return directory === '' ? ['default'] : ['default', ['json', { outputFile: join(directory, `${suite}.json`) }]];
}
