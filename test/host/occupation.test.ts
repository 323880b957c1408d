import { describe, expect, it } from 'vitest';
import { createOccupation } from '../../host/occupation.js';

/** Something that lasts until it is told to end. */
function lasting() {
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { act: () => ended, end };
}

describe('a node that is to be released', () => {
  it('is not while a step of a run is done on it', async () => {
    const occupation = createOccupation(() => Promise.resolve(null));
    const step = lasting();
    const working = occupation.work(step.act);
    expect(await occupation.whileIdle(() => Promise.resolve('released'))).toEqual({ busyWith: 'a step of a run' });
    step.end();
    await working;
    expect(await occupation.whileIdle(() => Promise.resolve('released'))).toEqual({ done: 'released' });
  });

  it('is not while an installation goes on that an earlier worker began', async () => {
    const occupation = createOccupation(() => Promise.resolve('an installation'));
    expect(await occupation.whileIdle(() => Promise.resolve('released'))).toEqual({ busyWith: 'an installation' });
  });

  it('lets steps that come meanwhile wait until it is done, and never meets one', async () => {
    const occupation = createOccupation(() => Promise.resolve(null));
    const events: string[] = [];
    const release = (name: string) =>
      occupation.whileIdle(async () => {
        events.push(`${name} begins`);
        await new Promise((resolve) => setImmediate(resolve));
        events.push(`${name} ends`);
      });
    const step = () => occupation.work(() => Promise.resolve(events.push('step')));
    await Promise.all([release('first'), step(), release('second'), step()]);
    for (const [index, event] of events.entries()) if (event.endsWith('begins')) expect(events[index + 1]).toBe(event.replace('begins', 'ends'));
    expect(events.filter((event) => event === 'step')).toHaveLength(2);
    expect(events[0]).toBe('first begins');
  });

  it('may be released again after a release that failed', async () => {
    const occupation = createOccupation(() => Promise.resolve(null));
    await expect(occupation.whileIdle(() => Promise.reject(new Error('no quorum')))).rejects.toThrow('no quorum');
    expect(await occupation.whileIdle(() => Promise.resolve('released'))).toEqual({ done: 'released' });
  });
});
