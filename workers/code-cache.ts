/**
 * A program whose compiled code was kept by the build: V8 takes it instead of compiling the source anew at each start,
 * which is a third of the start of `cau`. Node.js itself offers that only from 22.1 on (`module.enableCompileCache`).
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Script } from 'node:vm';

/** What the file, a CommonJS module, exports. Without a kept code that this version of V8 accepts, it is compiled. */
export function loadWithCodeCache(file: string): unknown {
  return run(file, compile(file, readIfThere(cacheOf(file))));
}

/** Keeps the compiled code of `file`, of all that was needed to load it and to do what `use` does with its exports. */
export async function writeCodeCache(file: string, use: (exports: unknown) => Promise<unknown>): Promise<void> {
  const script = compile(file, undefined);
  await use(run(file, script));
  writeFileSync(cacheOf(file), script.createCachedData());
}

const cacheOf = (file: string) => `${file}.cache`;

function compile(file: string, cachedData: Buffer | undefined): Script {
  return new Script(`(function (module, exports, require, __filename, __dirname, importLate) {${readFileSync(file, 'utf8')}\n})`, {
    filename: file,
    ...(cachedData && { cachedData }),
  });
}

/** As Node.js calls a CommonJS module. Code that V8 takes as kept cannot `import()` by itself: `importLate` does it. */
function run(file: string, script: Script): unknown {
  const module = { exports: {} };
  const importLate = (path: string): Promise<unknown> => import(new URL(path, pathToFileURL(file)).href);
  (script.runInThisContext() as (...parts: unknown[]) => void)(module, module.exports, createRequire(file), file, dirname(file), importLate);
  return module.exports;
}

function readIfThere(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}
