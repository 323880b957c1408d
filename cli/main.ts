#!/usr/bin/env node
/** The command `cau` as it is started: its program is one file (`workers/build-bundles.ts`) whose compiled code was kept. */
import { fileURLToPath } from 'node:url';
import type * as Program from './program.js';
import { loadWithCodeCache } from '../workers/code-cache.js';

const { runProgram } = loadWithCodeCache(fileURLToPath(new URL('./program.cjs', import.meta.url))) as typeof Program;
await runProgram();
