import { describe, expect, it } from 'vitest';
import { sortUpdates } from '../../../plugins/apt/applicability.js';
import { findBroken, isHeld, isInstalled, parseAutoMarks, parsePackages, renderStates } from '../../../plugins/apt/package-state.js';
import type { Update } from '../../../domain/updates.js';

/** Lines as `dpkg-query --show` prints them for the format that the plug-in asks for. */
const line = (name: string, architecture: string, version: string, status: string, kib = '10') => [name, architecture, version, status, kib].join('\t');
const packages = parsePackages(
  [
    line('dpkg', 'amd64', '1.21.22', 'ii ', '6486'),
    line('libc6', 'amd64', '2.36-9', 'ii '),
    line('libc6', 'i386', '2.36-8', 'ii '),
    line('adduser', 'all', '3.134', 'ii '),
    line('on-hold', 'amd64', '1.0', 'hi '),
    line('unpacked', 'amd64', '1.0', 'iU '),
    line('half-configured', 'amd64', '1.0', 'iF '),
    line('half-installed', 'amd64', '1.0', 'iHR'),
    line('awaits', 'amd64', '1.0', 'iW '),
    line('pends', 'amd64', '1.0', 'it '),
    line('anew', 'amd64', '1.0', 'iiR'),
    line('removed', 'amd64', '1.0', 'rc '),
    line('never', '', '', 'un '),
    '',
  ].join('\n'),
);

describe('what dpkg says of packages', () => {
  it('is read by the names that apt uses: with the architecture where that is foreign', () => {
    expect(packages.get('libc6')).toEqual({ version: '2.36-9', status: 'ii', architecture: 'amd64', bytes: 10240 });
    expect(packages.get('libc6:i386')?.version).toBe('2.36-8');
    expect(packages.get('adduser')?.version).toBe('3.134');
    expect(packages.has('never')).toBe(false);
  });

  it('tells every package that an interrupted or failed installation left, and no other', () => {
    expect(findBroken(packages)).toEqual(['unpacked', 'half-configured', 'half-installed', 'awaits', 'pends', 'anew']);
    expect(renderStates(packages, ['half-configured', 'pends', 'anew'])).toBe(
      'half-configured (half configured), pends (has triggers to run), anew (must be installed anew)',
    );
  });

  it('takes a held package for installed', () => {
    expect(isHeld(packages, 'on-hold')).toBe(true);
    expect(isInstalled(packages, 'on-hold', '1.0')).toBe(true);
    expect(isInstalled(packages, 'unpacked', '1.0')).toBe(false);
    expect(isInstalled(packages, 'removed', '1.0')).toBe(false);
  });

  it('is completed by the marks of apt', () => {
    const states = `Package: libc6
Architecture: i386
Auto-Installed: 1

Package: adduser
Architecture: amd64
Auto-Installed: 1

Package: dpkg
Architecture: amd64
Auto-Installed: 0
`;
    expect([...parseAutoMarks(states, 'amd64')]).toEqual(['libc6:i386', 'adduser']);
  });
});

describe('a planned update', () => {
  const update = (name: string, from: string | null, to: string): Update => ({
    name,
    plugin: 'apt',
    from,
    to,
    origin: '',
    security: false,
    sizeBytes: 0,
    restart: 'notExpected',
    clusterStack: false,
  });
  const sort = (one: Update, { gone = false, newer = false } = {}) =>
    sortUpdates(
      [one],
      packages,
      () => gone,
      () => newer,
    );

  it('is installed where the world is as the plan found it', () => {
    expect(sort(update('libc6', '2.36-9', '2.36-10')).wanted).toHaveLength(1);
    expect(sort(update('new-dependency', null, '1.0')).wanted).toHaveLength(1);
    expect(sort(update('half-configured', '0.9', '1.0')).wanted).toHaveLength(1);
  });

  it('may be a downgrade that a pin wants', () => {
    expect(sort(update('libc6', '2.36-9', '2.36-7'), { newer: true }).wanted).toHaveLength(1);
  });

  it.each([
    ['held', update('on-hold', '1.0', '1.1'), {}, 'held by the administrator since it was planned'],
    ['removed', update('removed', '1.0', '1.1'), {}, 'removed since it was planned'],
    ['never there any more', update('purged', '1.0', '1.1'), {}, 'removed since it was planned'],
    ['newer', update('libc6', '2.36-7', '2.36-8'), { newer: true }, 'a newer version was installed since it was planned: 2.36-9'],
    ['gone', update('libc6', '2.36-9', '2.36-10'), { gone: true }, 'this version left the mirror before it was fetched'],
  ])('is set aside when its package is %s', (_, one, facts, message) => {
    expect(sort(one, facts)).toEqual({ wanted: [], setAside: [{ update: one, outcome: 'notApplicable', message }] });
  });

  it('is done already when its version is there', () => {
    expect(sort(update('libc6', '2.36-8', '2.36-9'), { gone: true }).setAside[0]?.outcome).toBe('alreadyInstalled');
  });
});
