/** The process of one operation. After the build its program is one file (`build-bundles.ts`) whose compiled code was kept. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadWithCodeCache } from './code-cache.js';
import type * as Program from './operation.js';

const built = fileURLToPath(new URL('./operation.cjs', import.meta.url));
const { runOperation } = existsSync(built) ? (loadWithCodeCache(built) as typeof Program) : await import('./operation.js');
await runOperation(process.argv[2] ?? '');
