import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { defaultOptions } from '../../domain/options.js';

const sourceOf = (...directories: readonly string[]) =>
  directories
    .map((directory) => new URL(`../${directory}/`, import.meta.url))
    .flatMap((directory) => readdirSync(directory).flatMap((file) => (file.endsWith('.test.ts') ? [readFileSync(new URL(file, directory), 'utf8')] : [])))
    .join('\n');
/** Whether some test gives the option to a run. */
const isGiven = (source: string) => (name: string) => new RegExp(`\\b${name}\\b\\s*[:,}]`).test(source);

/** What a real cluster would not show otherwise than a simulated one: what people, clocks, files and targets decide, and what plug-ins are there. */
const besideTheCluster: readonly string[] = [
  'plugins',
  'updates',
  'stopOnPluginFailure',
  'separateRestarts',
  'requireUniform',
  'hookFailureCounts',
  'pauseTimeout',
  'approvalTimeout',
  'warnAfter',
  'blackouts',
  'probes',
  'notify',
  'skipChecks',
];

describe('every option is given to whole runs', () => {
  const names = Object.keys(defaultOptions);

  it('on the simulated cluster', () => {
    expect(names.filter((name) => !isGiven(sourceOf('workflows', 'workers', 'targets'))(name))).toEqual([]);
  });

  it('and in the lab, where it touches the cluster', () => {
    const given = isGiven(sourceOf('lab-tests'));
    expect(names.filter((name) => !given(name) && !besideTheCluster.includes(name))).toEqual([]);
  });
});
