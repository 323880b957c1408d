import { describe, expect, it } from 'vitest';
import { findMessage, isBlamed, parseStatus } from '../../../plugins/apt/installation-output.js';
import { findLockHolder } from '../../../plugins/apt/locking.js';
import { findStarted, findStillOn, parseUnits, requireUnits } from '../../../plugins/apt/service-state.js';
import { isContentOf, isGone } from '../../../plugins/apt/staging.js';

describe("apt's progress", () => {
  it.each([
    ['pmstatus:ta:25.0000:Unpacking ta (amd64)', { text: 'Unpacking ta (amd64)', fraction: 0.25 }],
    ['pmstatus:libc6:amd64:20.0000:Installing libc6 (amd64)', { text: 'Installing libc6 (amd64)', fraction: 0.2 }],
    ['pmstatus:dpkg-exec:0.0000:Running dpkg: now', { text: 'Running dpkg: now', fraction: 0 }],
    ['pmerror:/srv/tc_2.0_all.deb:14.2857:new tc package pre-installation script failed', null],
    ['dlstatus:1:0.0000:Retrieving file 1 of 5', null],
  ])('%s', (line, status) => expect(parseStatus(line)).toEqual(status));
});

describe('the message of a failed package', () => {
  /** As dpkg 1.21 prints it. */
  const output = `Preparing to unpack /srv/a/tc_2.0_all.deb ...
pre fails
dpkg: error processing archive /srv/a/tc_2.0_all.deb (--unpack):
 new tc package pre-installation script subprocess returned error exit status 1
Errors were encountered while processing:
 /srv/a/tc_2.0_all.deb
E: Sub-process /usr/bin/dpkg returned an error code (1)
Setting up ta (2.0) ...
Setting up te:amd64 (2.0) ...
post fails
dpkg: error processing package te:amd64 (--configure):
 installed te:amd64 package post-installation script subprocess returned error exit status 1
dpkg: dependency problems prevent configuration of tn:
 tn depends on te (>= 2.0); however:
  Package te:amd64 is not configured yet.
`;

  it('is what its own script said, and what dpkg made of it', () => {
    expect(findMessage(output, 'te', null)).toBe(
      'post fails / dpkg: error processing package te:amd64 (--configure): / installed te:amd64 package post-installation script subprocess returned error exit status 1',
    );
    expect(findMessage(output, 'tc', '/srv/a/tc_2.0_all.deb')).toMatch(/^pre fails \/ dpkg: error processing archive .* exit status 1/);
    expect(findMessage(output, 'tn', null)).toContain('tn depends on te (>= 2.0)');
  });

  it('is what was said last where nothing was said of it', () => {
    expect(findMessage('E: Packages need to be removed but remove is disabled.', 'tz', null)).toBe('E: Packages need to be removed but remove is disabled.');
  });

  it('blames only the package that failed', () => {
    const files = (name: string) => `/srv/a/${name}_2.0_all.deb`;
    expect(['ta', 'tc', 'te', 'tn', 'te:i386'].filter((name) => isBlamed(output, name, files(name)))).toEqual(['tc', 'te', 'tn']);
  });
});

describe('the lock of dpkg', () => {
  const said = (all: string) => ({ exitCode: 100, stdout: '', all });

  it.each([
    [
      'E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 11411 (perl)\nE: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), is another process using it?',
      'process 11411 (perl)',
    ],
    ['dpkg: error: dpkg frontend lock was locked by another process with pid 11411\nNote: removing the lock file is always wrong', 'process 11411'],
    ['E: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), is another process using it?', 'another program'],
  ])('%s', (all, holder) => expect(findLockHolder(said(all))).toBe(holder));

  it('does not stand in the way of what was begun, or succeeded', () => {
    expect(findLockHolder(said('Setting up ta (2.0) ...\nE: Could not get lock /var/lib/apt/lists/lock. It is held by process 1 (apt)'))).toBeNull();
    expect(findLockHolder({ exitCode: 0, stdout: '', all: 'E: Could not get lock' })).toBeNull();
    expect(findLockHolder(said('E: Unable to correct problems, you have held broken packages.'))).toBeNull();
  });
});

describe('a version that is not to be had', () => {
  it.each([
    "E: Version '1.5' for 'ta' was not found",
    'Err:1 http://mirror/debian stable/main amd64 ta amd64 1.5\n  404  Not Found [IP: 10.0.0.1 80]',
    'E: Failed to fetch file:/srv/repo/ta_1.5_all.deb  File not found - /srv/repo/ta_1.5_all.deb (2: No such file or directory)',
  ])('is gone: %s', (said) => expect(isGone(said)).toBe(true));

  it.each([
    'Could not connect to mirror:80 while fetching ta 1.404',
    "E: You don't have enough free space in /var/lib/cau/archives/.",
    'Temporary failure resolving mirror',
  ])('is worth another attempt: %s', (said) => expect(isGone(said)).toBe(false));
});

describe('the file of a package', () => {
  const content = { name: 'libc6', version: '2:2.36-9', architecture: 'amd64' };

  it('is known by what it says of itself: name, version and architecture', () => {
    expect(isContentOf({ name: 'libc6', to: '2:2.36-9' }, content, [])).toBe(true);
    expect(isContentOf({ name: 'libc6', to: '2:2.36-8' }, content, [])).toBe(false);
    expect(isContentOf({ name: 'libc6:i386', to: '2:2.36-9' }, content, [])).toBe(false);
  });

  it('is not taken for that of another architecture that comes as well', () => {
    const both = [{ name: 'libc6' }, { name: 'libc6:i386' }];
    expect(isContentOf({ name: 'libc6', to: '2:2.36-9' }, { ...content, architecture: 'i386' }, both)).toBe(false);
    expect(isContentOf({ name: 'libc6:i386', to: '2:2.36-9' }, { ...content, architecture: 'i386' }, both)).toBe(true);
  });
});

describe('the units of systemd', () => {
  it('are what it says of them', () => {
    expect(requireUnits({ exitCode: 0, stdout: 'Id=a.service\nActiveState=active\n\nId=b.timer', all: '' })).toHaveLength(2);
  });

  it.each([
    ['fails', { exitCode: 1, stdout: '', all: 'Failed to list units: Connection timed out' }, 'Connection timed out'],
    ['fails half-way', { exitCode: 1, stdout: 'Id=a.service', all: 'Id=a.service\nTransport endpoint is not connected' }, 'not connected'],
    ['cannot be started', { exitCode: undefined, stdout: '', all: '' }, 'systemctl'],
    ['names none', { exitCode: 0, stdout: '\n', all: '\n' }, 'systemctl'],
  ])('are not taken for none where systemctl %s', (_title, said, words) => {
    expect(() => requireUnits(said)).toThrow(expect.objectContaining({ code: 'InstallFailed', message: expect.stringContaining(words) as unknown }));
  });
});

describe('services that an installation started', () => {
  const unit = (id: string, more: Readonly<Record<string, string>> = {}) =>
    Object.entries({ Id: id, Names: id, ActiveState: 'active', UnitFileState: 'enabled', DropInPaths: '', TriggeredBy: '', ...more })
      .map(([key, value]) => `${key}=${value}`)
      .join('\n');
  const started = (...stanzas: string[]) => findStarted(parseUnits(stanzas.join('\n\n')), new Set(['old.service', 'alias.service', 'ssh.socket']));

  it('are those that run now and did not before', () => {
    expect(started(unit('new.service'), unit('old.service'), unit('idle.service', { ActiveState: 'inactive' }))).toEqual(['new.service']);
  });

  it('are not those that somebody else runs', () => {
    expect(
      started(
        unit('renamed.service', { Names: 'renamed.service alias.service' }),
        unit('apt-daily.service', { UnitFileState: 'static' }),
        unit('cau-operation-1.service', { UnitFileState: 'transient' }),
        unit('nginx.service', { UnitFileState: 'disabled', DropInPaths: '/run/systemd/system/nginx.service.d/50-pacemaker.conf' }),
        unit('ssh.service', { UnitFileState: 'disabled', TriggeredBy: 'ssh.socket' }),
      ),
    ).toEqual([]);
  });

  it('are still on where systemd neither disabled nor stopped them, once each', () => {
    const after = { enabled: ['a.service', 'old.service'], active: ['a.service', 'b.service', 'c.service'] };
    expect(findStillOn(after, ['a.service', 'c.service', 'd.service'], ['a.service', 'b.service', 'd.service'])).toEqual(['a.service', 'b.service']);
  });
});
