import { describe, expect, it } from 'vitest';
import { findPhased } from '../../../plugins/apt/kept-back.js';
import { isClusterStack, isOwn, isSecurityOrigin, mayNeedRestart } from '../../../plugins/apt/package-kinds.js';
import { parseSimulation, parseSizes, sizeOf } from '../../../plugins/apt/simulation.js';

/** As apt 2.6.1 prints it. */
const simulated = `Reading package lists...
Building dependency tree...
Reading state information...
Calculating upgrade...
The following NEW packages will be installed:
  tn
The following packages have been kept back:
  ta tb
  tc td
The following packages will be upgraded:
  te
1 upgraded, 1 newly installed, 0 to remove and 4 not upgraded.
Inst tn (1.0 CauLab:stable [all])
Inst te [1.1] (1.2 CauLab:stable [all])
Inst libc6:i386 [2.36-9+deb12u8] (2.36-9+deb12u9 Debian:12.9/stable, Debian-Security:12/stable-security [i386]) [libc6:amd64 on libc6:i386] [libc6:amd64 ]
Inst libc6 [2.36-9+deb12u8] (2.36-9+deb12u9 Debian:12.9/stable [amd64])
Inst local [1.0] (1.1  [amd64])
Conf tn (1.0 CauLab:stable [all])
Conf td (2.0  [all])
`;

describe('the simulation of an upgrade', () => {
  it('gives name, versions, origins and architecture of every package', () => {
    const { installs, removals } = parseSimulation(simulated);
    expect(installs).toEqual([
      { name: 'tn', from: null, to: '1.0', origins: ['CauLab:stable'], architecture: 'all' },
      { name: 'te', from: '1.1', to: '1.2', origins: ['CauLab:stable'], architecture: 'all' },
      {
        name: 'libc6:i386',
        from: '2.36-9+deb12u8',
        to: '2.36-9+deb12u9',
        origins: ['Debian:12.9/stable', 'Debian-Security:12/stable-security'],
        architecture: 'i386',
      },
      { name: 'libc6', from: '2.36-9+deb12u8', to: '2.36-9+deb12u9', origins: ['Debian:12.9/stable'], architecture: 'amd64' },
      { name: 'local', from: '1.0', to: '1.1', origins: [], architecture: 'amd64' },
    ]);
    expect(removals).toEqual([]);
  });

  it('gives what is kept back, over several lines, and what newer versions of apt defer', () => {
    expect(parseSimulation(simulated)).toMatchObject({ keptBack: ['ta', 'tb', 'tc', 'td'], deferred: [] });
    const deferring = 'The following upgrades have been deferred due to phasing:\n  ubuntu-drivers-common\n0 upgraded, 0 newly installed\n';
    expect(parseSimulation(deferring)).toMatchObject({ keptBack: [], deferred: ['ubuntu-drivers-common'] });
  });

  it('gives what would be removed', () => {
    expect(parseSimulation('Remv td [1.1]\nRemv libold:i386 [2]\n').removals).toEqual(['td', 'libold:i386']);
  });
});

describe('the policy of a package', () => {
  it('tells whether its newest version is phased', () => {
    const stanza = (name: string, phased: string) => `${name}:
  Installed: 1.0
  Candidate: 1.2
  Version table:
     1.2 500${phased}
        500 file:/srv/repo/ph ./ Packages
 *** 1.0 100 (phased 10%)
        100 /var/lib/dpkg/status
`;
    expect(findPhased(stanza('ta', ' (phased 0%)') + stanza('tb', ''))).toEqual(['ta']);
  });
});

describe('the sizes of packages', () => {
  const shown = `Package: libc6
Architecture: amd64
Version: 2.36-9+deb12u9
Installed-Size: 12985
Size: 2755432

Package: libc6
Architecture: i386
Version: 2.36-9+deb12u9
Size: 2618560

Package: virtual
Architecture: all
Version: 1.0
`;
  const install = { from: null, to: '2.36-9+deb12u9', origins: [] };

  it('are told apart by architecture, and unknown where apt does not tell', () => {
    const sizes = parseSizes(shown);
    expect(sizeOf({ ...install, name: 'libc6', architecture: 'amd64' }, sizes)).toEqual({ download: 2755432, installed: 12985 * 1024 });
    expect(sizeOf({ ...install, name: 'libc6:i386', architecture: 'i386' }, sizes)).toEqual({ download: 2618560, installed: 0 });
    expect(sizeOf({ ...install, name: 'virtual', architecture: 'all' }, sizes)).toEqual({ download: 0, installed: 0 });
  });
});

describe('the kind of a package', () => {
  it.each([
    'corosync',
    'libcorosync-common4',
    'pacemaker-cli-utils',
    'libqb100',
    'libknet1',
    'libcpg4',
    'resource-agents',
    'fence-agents-common',
    'sbd',
    'libdlm3:amd64',
  ])('%s belongs to the cluster stack', (name) => expect(isClusterStack(name)).toBe(true));

  it.each(['nginx', 'libc6', 'pcscd', 'libcurl4'])('%s does not belong to the cluster stack', (name) => expect(isClusterStack(name)).toBe(false));

  it.each(['linux-image-6.1.0-37-amd64', 'linux-image-amd64', 'libc6', 'libc6:i386', 'systemd', 'intel-microcode', 'dbus'])(
    '%s lets a restart be expected',
    (name) => expect(mayNeedRestart(name)).toBe(true),
  );

  it.each(['linux-libc-dev', 'libc6-dev', 'systemd-timesyncd', 'nginx'])('%s lets no restart be expected', (name) => expect(mayNeedRestart(name)).toBe(false));

  it('is our own where the run stands on it', () => {
    expect(['cau', 'nodejs', 'libnode108', 'node-semver'].filter(isOwn)).toEqual(['cau', 'nodejs', 'libnode108']);
  });
});

describe('an origin', () => {
  it.each(['Debian-Security:12/stable-security', 'Ubuntu:22.04/jammy-security', 'UbuntuESM:20.04/focal-infra-security', 'Debian-Security:10/oldoldstable'])(
    '%s is one of security updates',
    (origin) => expect(isSecurityOrigin(origin)).toBe(true),
  );

  it.each(['Debian:12.9/stable', 'Security Onion:1/stable', ''])('%s is not one of security updates', (origin) => expect(isSecurityOrigin(origin)).toBe(false));
});
