import { describe, expect, it } from 'vitest';
import { newestKernel } from '../../../plugins/apt/kernels.js';
import { parsePackages } from '../../../plugins/apt/package-state.js';
import { decideRestartNeed, findKernels, mapsReplacedFiles, restartPackageOf, type RestartFacts } from '../../../plugins/apt/restart-need.js';

const calm: RestartFacts = { flagged: null, runningKernel: '6.1.0-37-amd64', installedKernels: ['6.1.0-37-amd64'], updatedSinceBoot: [], usingDeleted: [] };

describe('the need of a restart', () => {
  it('is not there without a sign', () => expect(decideRestartNeed(calm)).toEqual({ needed: false, reasons: [] }));

  it.each([
    ['the flag', { flagged: ['linux-base', 'dbus'] }, 'a restart is asked for by linux-base, dbus'],
    ['a flag without names', { flagged: [] }, 'a restart is asked for by a package'],
    ['a newer kernel', { installedKernels: ['6.1.0-9-amd64', '6.1.0-38-amd64', '6.1.0-37-amd64'] }, 'kernel 6.1.0-38-amd64 is installed, 6.1.0-37-amd64 runs'],
    ['a library that all use', { updatedSinceBoot: ['libc6'] }, 'libc6 was updated since the boot'],
    ['replaced libraries in the stack', { usingDeleted: ['corosync'] }, 'corosync uses files that were replaced'],
  ])('is told by %s', (_, facts, reason) => expect(decideRestartNeed({ ...calm, ...facts })).toEqual({ needed: true, reasons: [reason] }));
});

describe('kernels', () => {
  it.each([
    ['6.1.0-9-amd64', ['6.1.0-10-amd64'], '6.1.0-10-amd64'],
    ['6.9.12-amd64', ['6.10.3-amd64'], '6.10.3-amd64'],
    ['5.10.0-0.deb10.16-amd64', ['5.10.0-0.deb10.17-amd64'], '5.10.0-0.deb10.17-amd64'],
    ['6.8.0-40-generic', ['6.8.0-41-generic', '6.8.0-45-lowlatency'], '6.8.0-41-generic'],
    ['6.1.0-37-amd64', ['6.1.0-37-amd64', '6.12.38+deb12-amd64'], '6.12.38+deb12-amd64'],
    ['6.12.63+deb13-amd64', ['6.12.73+deb13-amd64', '6.12.74+deb13-cloud-amd64'], '6.12.73+deb13-amd64'],
    // Another flavour, an older one, none: nothing to restart for.
    ['6.1.0-37-cloud-amd64', ['6.1.0-37-cloud-amd64', '6.1.0-38-amd64', '6.1.0-38-rt-amd64'], null],
    ['6.1.0-38-amd64', ['6.1.0-37-amd64'], null],
    ['6.12.63+deb13-amd64', ['6.12.63+deb13-amd64', '6.12.63+deb13-rt-amd64'], null],
    ['6.18.5', [], null],
  ])('beside running %s, of %j the newest is %s', (running, installed, newest) => expect(newestKernel(installed, running)).toBe(newest));

  it('are known by their installed packages, without debugging symbols and meta packages', () => {
    const line = (name: string, status = 'ii ') => `${name}\tamd64\t1\t${status}\t1`;
    const packages = parsePackages(
      [
        line('linux-image-6.1.0-37-amd64'),
        line('linux-image-6.1.0-38-amd64-unsigned'),
        line('linux-image-unsigned-6.8.0-41-generic'),
        line('linux-image-6.1.0-37-amd64-dbg'),
        line('linux-image-amd64'),
        line('linux-image-6.1.0-30-amd64', 'rc '),
      ].join('\n'),
    );
    expect(findKernels(packages)).toEqual(['6.1.0-37-amd64', '6.1.0-38-amd64', '6.8.0-41-generic']);
  });
});

describe('the files of packages', () => {
  it.each([
    ['libc6:amd64.list', 'libc6'],
    ['systemd.list', 'systemd'],
    ['intel-microcode.list', 'intel-microcode'],
    ['linux-image-6.1.0-37-amd64.list', 'linux-image-6.1.0-37-amd64'],
    ['linux-image-6.1.0-36-amd64.list', null],
    ['libc6:amd64.md5sums', null],
    ['libc6-dev:amd64.list', null],
    ['systemd-timesyncd.list', null],
  ])('%s tells of %s', (file, name) => expect(restartPackageOf(file, '6.1.0-37-amd64')).toBe(name));
});

describe('the memory of a daemon', () => {
  const map = (path: string) => `7f1c2a000000-7f1c2a020000 r-xp 00000000 00:2b 1234                       ${path}\n`;

  it.each(['/usr/lib/x86_64-linux-gnu/libqb.so.100.0.3 (deleted)', '/usr/sbin/corosync (deleted)', '/lib/x86_64-linux-gnu/libc.so.6 (deleted)'])(
    'with %s shows that it was replaced',
    (path) => expect(mapsReplacedFiles(map('/usr/sbin/corosync') + map(path))).toBe(true),
  );

  it.each(['/dev/shm/qb-42-50-30-lib/qb-request-cpg-data (deleted)', '/usr/lib/x86_64-linux-gnu/libqb.so.100.0.3', '/memfd:lib (deleted)'])(
    'with %s shows nothing',
    (path) => expect(mapsReplacedFiles(map(path))).toBe(false),
  );
});
