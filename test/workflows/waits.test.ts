import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { waitKinds } from '../../domain/waits.js';

const directory = new URL('../../workflows/', import.meta.url);
const sources = readdirSync(directory)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => ({ file, text: readFileSync(new URL(file, directory), 'utf8') }));

/** The waiting functions of Temporal that a file imports. */
const waitsByItself = (text: string) =>
  [...text.matchAll(/import \{([^}]*)\} from '@temporalio\/workflow'/g)].flatMap(([, names = '']) =>
    names
      .split(',')
      .map((name) => name.trim())
      .filter((name) => ['sleep', 'condition', 'setTimeout', 'Trigger'].includes(name)),
  );

describe('no workflow waits unseen', () => {
  it('since only three places may wait at all: the one that shows the wait, alarms that nobody waits for, and the guard, whose whole work is to outlast its run', () => {
    const waiting = sources.filter(({ text }) => waitsByItself(text).length > 0 || /\bsetTimeout\(|@temporalio\/workflow'\)/.test(text));
    expect(waiting.map(({ file }) => file)).toEqual(['alarm.ts', 'cluster-guard.ts', 'waiting.ts']);
  });

  it('and a step that may take minutes takes the proof that it is shown, but for questions to members, short steps of coordinators, and the measurement', () => {
    const workers = sources.find(({ file }) => file === 'workers.ts')?.text ?? '';
    const steps = [...workers.matchAll(/^export const (\w+) = \((.*?)^  \}\);$/gms)].map(([, name, text = '']) => ({ name, text }));
    expect(steps.length).toBeGreaterThan(10);
    const isShort = (text: string) =>
      /scheduleToCloseTimeout: '(\d+)s'/.exec(text) !== null && Number(/scheduleToCloseTimeout: '(\d+)s'/.exec(text)?.[1]) <= 90;
    const unseen = steps.filter(({ text }) => !text.includes('_shown: Waiting') && !isShort(text)).map(({ name }) => name);
    expect(unseen).toEqual(['question', 'measurement', 'coordinator']);
  });

  it('and every kind of wait in the list is entered somewhere, so that the list says what there is', () => {
    const all = sources.map(({ text }) => text).join('\n');
    const entered = new Set(
      [...all.matchAll(/waiting\([^,]+, '(\w+)'|: '(drained|held|left|membership|settled)'/g)].map(([, kind, watched]) => kind ?? watched),
    );
    expect(entered).toEqual(new Set<string | undefined>(waitKinds));
  });
});
