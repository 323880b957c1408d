import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createWorkflowBundle } from '../../workers/workflow-bundle.js';

const root = new URL('../../', import.meta.url);

describe('the workflow bundle', () => {
  it('has our workflows and domain, zod and the Temporal library, and nothing that knows of Node, drivers or hosts', async () => {
    const { code } = await createWorkflowBundle();
    const encoded = /sourceMappingURL=data:[^,]*,([A-Za-z0-9+/=]+)/.exec(code)?.[1] ?? '';
    const map = JSON.parse(Buffer.from(encoded, 'base64').toString()) as { sources: string[] };
    const modules = map.sources.map((source) =>
      source
        .replace(/^webpack:\/\/[^/]*\//, '')
        .replace(root.pathname, '')
        .replace(/\?.*$/, ''),
    );
    const own = modules.filter((name) => !name.includes('node_modules') && !name.startsWith('webpack') && name.endsWith('.ts'));
    expect(own.length).toBeGreaterThan(30);
    for (const name of own) expect(name).toMatch(/^(\.\/)?(workflows|domain)\//);
    const libraries = new Set(modules.flatMap((name) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(name)?.[1] ?? []));
    for (const library of libraries)
      expect(library).toMatch(/^(@temporalio\/(workflow|common|worker|proto)|zod|ms|long|nexus-rpc|abort-controller|protobufjs|assert)$/);
  });

  it('exports the workflows by the names that people start them with, and no others', async () => {
    const workflows = await import('../../workflows/index.js');
    expect(Object.keys(workflows).toSorted()).toEqual(['clusterGuard', 'notification', 'preview', 'recovery', 'updateNode', 'updatingRun', 'verification']);
    expect(readdirSync(new URL('workflows', root)).every((name) => /^[a-z-]+\.ts$/.test(name) || name.endsWith('.txt'))).toBe(true);
  });
});
