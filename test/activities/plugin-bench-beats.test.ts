import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, test } from 'vitest';
import { createPluginBench } from '../../activities/plugin-bench.js';
import type { UpdatePlugin } from '../../domain/ports/update-plugin.js';
import { listenToBeats } from '../helpers/beats.js';

test.each(['scan', 'stage', 'verify'] as const)(
  'a "%s" that is silent for long, as a large download is, is not taken for dead and begun again',
  async (verb) => {
    const environment = new MockActivityEnvironment();
    const { beats, heard } = listenToBeats(environment, 3);
    let begun = 0;
    const slow = async (_what: unknown, { progress }: { progress(line: string): void }) => {
      begun += 1;
      progress('fetching 12 packages');
      await heard;
      return {
        updates: [],
        keptBack: [],
        findings: [],
        restartNeed: { needed: false, reasons: [] },
        repairNeeded: false,
        bytes: 0,
        gone: [],
        clean: true,
        problems: [],
      };
    };
    const plugin = { manifest: { name: 'slow' }, scan: slow, stage: slow, verify: slow } as unknown as UpdatePlugin;
    const bench = createPluginBench({ cluster: 'c1', node: 'node1' }, [plugin], (name) => `/none/${name}`);
    const update = { plugin: 'slow', name: 'app', version: '1.1' } as never;
    await environment.run(async () => {
      if (verb === 'scan') await bench.scan(['slow'], 'all');
      else await bench[verb]([update]);
    });
    expect(begun).toBe(1);
    expect(beats).toEqual(['fetching 12 packages', 'fetching 12 packages', 'fetching 12 packages']);
  },
);
