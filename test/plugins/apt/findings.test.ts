import { describe, expect, it } from 'vitest';
import { judgeSpace, type Place } from '../../../plugins/apt/disk-space.js';
import { readBroken, readConfiguration, readOtherUpdaters } from '../../../plugins/apt/findings.js';
import { parsePackages } from '../../../plugins/apt/package-state.js';

const having = (...names: string[]) => parsePackages(names.map((name) => `${name}\tamd64\t1.0\tii \t1`).join('\n'));
const unattended = having('unattended-upgrades');

/** Lines of `apt-config dump`. */
const dump = `APT "";
APT::Periodic "";
APT::Periodic::Unattended-Upgrade "1";
Unattended-Upgrade "";
Unattended-Upgrade::Automatic-Reboot "true";
Unattended-Upgrade::Automatic-Reboot-WithUsers "false";
Unattended-Upgrade::InstallOnShutdown "false";
DPkg "";
DPkg::Pre-Install-Pkgs "";
DPkg::Pre-Install-Pkgs:: "/usr/sbin/dpkg-preconfigure --apt || true";
DPkg::Post-Invoke "";
DPkg::Post-Invoke:: "test -x /usr/lib/needrestart/apt-pinvoke && /usr/lib/needrestart/apt-pinvoke || true";
Dpkg::Pre-Invoke:: "echo "quoted" > /dev/null";
DPkg::Path "/usr/sbin:/usr/bin:/sbin:/bin";
`;

describe("apt's configuration", () => {
  it('blocks a run where unattended-upgrades may restart the node', () => {
    expect(readConfiguration(dump, unattended)).toContainEqual(expect.objectContaining({ id: 'apt.automaticRestart', severity: 'blocking' }));
    expect(readConfiguration(dump, unattended).some(({ id }) => id === 'apt.installOnShutdown')).toBe(false);
  });

  it('blocks a run where unattended-upgrades installs at shutdown', () => {
    const shutdown = dump.replace('InstallOnShutdown "false"', 'InstallOnShutdown "1"');
    expect(readConfiguration(shutdown, unattended)).toContainEqual(expect.objectContaining({ id: 'apt.installOnShutdown', severity: 'blocking' }));
  });

  it('says nothing of what a removed unattended-upgrades left behind', () => {
    expect(readConfiguration(dump, having()).filter(({ severity }) => severity === 'blocking')).toEqual([]);
    expect(readOtherUpdaters(dump, having(), false)).toEqual([]);
  });

  it('lists the hooks that run with every installation, however they are written', () => {
    const hooks = readConfiguration(dump, having()).map(({ message }) => message);
    expect(hooks).toHaveLength(3);
    expect(hooks[1]).toContain('needrestart/apt-pinvoke');
    expect(hooks[2]).toContain('echo "quoted"');
  });
});

describe('other updaters', () => {
  it('are named: unattended-upgrades, snaps and Livepatch', () => {
    const found = readOtherUpdaters(dump, having('unattended-upgrades', 'snapd'), true);
    expect(found.map(({ message }) => message.split(' ')[0])).toEqual(['unattended-upgrades', 'snapd', 'Livepatch']);
    expect(readOtherUpdaters(dump.replace('Upgrade "1"', 'Upgrade "0"'), unattended, false)).toEqual([]);
  });
});

describe('packages that are half done', () => {
  it('are a finding with their states', () => {
    expect(readBroken(having('fine'))).toEqual([]);
    expect(readBroken(parsePackages('bad\tamd64\t1.0\tiF \t1'))[0]?.message).toContain('bad (half configured)');
  });
});

describe('disk space', () => {
  const mebibyte = 1_048_576;
  const place = (path: string, device: number, freeMib: number, neededMib: number): Place => ({
    path,
    device,
    free: freeMib * mebibyte,
    needed: neededMib * mebibyte,
  });

  it('blocks what does not fit, and names the place', () => {
    expect(judgeSpace([place('/boot', 1, 60, 90), place('/usr', 2, 5000, 100)])).toEqual([
      { id: 'apt.space', severity: 'blocking', message: '/boot: the updates need about 90 MiB, and only 60 MiB are free' },
    ]);
  });

  it('adds up what places on one file system need', () => {
    const shared = [place('/usr', 1, 500, 300), place('/var/lib/cau', 1, 500, 300)];
    expect(judgeSpace(shared)[0]).toMatchObject({ severity: 'blocking', message: expect.stringContaining('/usr, /var/lib/cau') as string });
    expect(judgeSpace([place('/usr', 1, 500, 300), place('/var/lib/cau', 2, 5000, 300)]).map(({ severity }) => severity)).toEqual([]);
  });

  it('warns of what only just fits, but not of a small /boot that gets no kernel', () => {
    expect(judgeSpace([place('/usr', 1, 400, 300)])[0]).toMatchObject({ severity: 'warning', message: '/usr: only 100 MiB will be left free' });
    expect(judgeSpace([place('/boot', 1, 100, 0)])).toEqual([]);
    expect(judgeSpace([place('/boot', 1, 200, 90)])[0]?.severity).toBe('warning');
  });
});
