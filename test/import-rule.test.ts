import { readFileSync, readdirSync } from 'node:fs';
import { dirname, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../', import.meta.url));

/** Which folders each folder may import; itself always. The lint rule says the same, by spelling; this by place. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  workflows: ['domain'],
  host: ['domain'],
  histories: ['domain'],
  targets: ['domain'],
  activities: ['domain', 'host', 'histories'],
  clusters: ['domain'],
  plugins: ['domain', 'clusters/simulated'],
  configuration: ['domain'],
  client: ['domain', 'histories', 'configuration', 'workflows/messages.ts'],
  workers: ['activities', 'clusters', 'plugins', 'targets', 'histories', 'host', 'domain', 'configuration'],
  cli: ['client', 'configuration', 'workers', 'domain', 'clusters/simulated'],
};

const files = Object.keys(arrows).flatMap((folder) =>
  readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `${folder}/${file}`),
);

describe('every folder imports only what it may', () => {
  it.each(Object.keys(arrows))('%s', (folder) => {
    const own = files.filter((file) => file.startsWith(`${folder}/`) && !file.endsWith('.test.ts') && !file.startsWith('clusters/conformance'));
    expect(own.length).toBeGreaterThan(0);
    for (const file of own) {
      for (const [, specifier] of readFileSync(`${root}${file}`, 'utf8').matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)) {
        const target = normalize(`${dirname(file)}/${specifier ?? ''}`).replace(/\.js$/, '.ts');
        const isAllowed = target.startsWith(`${folder}/`) || (arrows[folder] ?? []).some((allowed) => target === allowed || target.startsWith(`${allowed}/`));
        expect(isAllowed, `${file} imports ${target}`).toBe(true);
      }
    }
  });
});
