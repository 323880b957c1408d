import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bridgeName, cgroupsOf, labPlace, nodeDirectory } from '../lab/place.js';
import { readRecord } from '../lab/record.js';

const place = labPlace('caucmd', '10.94.0');
const program = fileURLToPath(new URL('../lab/main.ts', import.meta.url));

/** `npm run lab -- --lab caucmd …`, without npm. */
async function lab(...command: string[]) {
  const { exitCode, stdout, stderr } = await execa('tsx', [program, '--lab', place.name, ...command], { reject: false, preferLocal: true, stdin: 'ignore' });
  return { exitCode, stdout, stderr };
}

const up = () => lab('up', '2', '--network', place.network);
const machineOf = async (node: string) => {
  const { stdout } = await lab('status', '--json');
  const { machines } = JSON.parse(stdout) as { machines: { node: string; isOn: boolean; boot: string; membership: string }[] };
  return machines.find((machine) => machine.node === node);
};

let made: Awaited<ReturnType<typeof lab>>;
beforeAll(async () => {
  await lab('down');
  made = await up();
});
afterAll(() => lab('down'));

describe('a lab', () => {
  it('is up when the command that makes it ends', () => {
    expect(made).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('The lab caucmd is up: 2 nodes, fencing on.') });
  });

  it('is not made a second time', async () => {
    expect(await up()).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/^The lab caucmd is up already: .*\.$/) });
  });

  it('runs commands in its nodes, and ends with their exit code', async () => {
    expect(await lab('exec', 'node2', 'hostname')).toMatchObject({ exitCode: 0, stdout: 'node2' });
    expect(await lab('exec', 'node2', '--', 'sh', '-c', 'exit 7')).toMatchObject({ exitCode: 7 });
    expect(await lab('exec', 'node5', 'hostname')).toMatchObject({ exitCode: 1, stderr: 'The lab caucmd has no node "node5"; there are: node1, node2.' });
  });

  it('switches a node on again that lost its power, as its peer fences it', async () => {
    const before = await machineOf('node2');
    expect(await lab('crash', 'node2')).toMatchObject({ exitCode: 0 });
    await expect.poll(() => machineOf('node2'), { timeout: 120_000, interval: 500 }).toMatchObject({ isOn: true, membership: 'online' });
    expect((await machineOf('node2'))?.boot).not.toBe(before?.boot);
    expect((await lab('status')).stdout).toMatch(/reboot node2, asked by 10\.94\.0\.11$/);
  });

  it('lets a node restart while somebody works in it', async () => {
    const before = await machineOf('node2');
    // A system that goes down waits that long for those who do not listen.
    await lab(
      'exec',
      'node2',
      '--',
      'sh',
      '-c',
      "sed -i 's/^DefaultTimeoutStopSec=.*/DefaultTimeoutStopSec=5s/' /etc/systemd/system.conf.d/lab.conf && systemctl daemon-reexec",
    );
    // What is stopped with all other processes of a system that goes down must still be let go of.
    const working = lab('exec', 'node2', '--', 'sh', '-c', 'trap "" TERM HUP; while :; do sleep 0.1; done');
    expect(await lab('exec', 'node2', 'systemctl', '--no-block', 'reboot')).toMatchObject({ exitCode: 0 });
    const isBack = async () => {
      const now = await machineOf('node2');
      return now?.boot !== before?.boot && now?.membership === 'online';
    };
    await expect.poll(isBack, { timeout: 60_000, interval: 500 }).toBe(true);
    expect((await working).exitCode).not.toBe(0);
  });

  it('changes what is on offer', async () => {
    expect(await lab('offer', 'ordinary', 'broken')).toMatchObject({ exitCode: 0, stdout: 'On offer: ordinary, broken.' });
    expect((await lab('exec', 'node1', 'cat', '/etc/apt/sources.list.d/cau-lab.list')).stdout).toMatch(/repo\/ordinary .*\n.*repo\/broken /);
    expect(await lab('offer', 'surprise')).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/^There is no offer "surprise"; there are: /) });
  });

  it('leaves nothing behind when it is removed, though its keeper was killed', async () => {
    process.kill((await readRecord(place))?.owner.pid ?? 0, 'SIGKILL');
    expect((await lab('status')).stdout).toContain('Nobody looks after it');
    expect(await lab('down')).toMatchObject({ exitCode: 0, stdout: 'The lab caucmd is down; nothing of it is left.' });
    expect(
      [place.directory, nodeDirectory(place, 'node1'), ...cgroupsOf(place), `/sys/class/net/${bridgeName(place)}`].filter((path) => existsSync(path)),
    ).toEqual([]);
    expect(await lab('status')).toMatchObject({ exitCode: 1, stderr: 'The lab caucmd is not up; "npm run lab -- --lab caucmd up 4" makes it.' });
  });
});
