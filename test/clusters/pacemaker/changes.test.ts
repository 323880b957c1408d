import { appendFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createChangeWatch, isChange, type ChangeWatch, type WaitForChange } from '../../../clusters/pacemaker/changes.js';

const change = "Nov 24 10:17:00.311 node3 pacemaker-based     [49] (cib_perform_op) \tinfo: +  /cib/status/node_state[@id='1']\n";
const answer = 'Nov 24 10:22:33.611 node1 pacemaker-controld  [58] (handle_ping) \tnotice: Current ping state: S_IDLE\n';
const chatter = 'Nov 24 10:22:02  nginx(web-srv)[5382]:    INFO: Using /usr/sbin/nginx as nginx\n';

describe('changes of the cluster', () => {
  let directory: string;
  let log: string;
  let changes: ChangeWatch;
  let wait: WaitForChange;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'cau-log-'));
    log = join(directory, 'pacemaker.log');
    await writeFile(log, change);
    changes = createChangeWatch(() => log);
    wait = changes.mark();
  });
  afterEach(() => rm(directory, { recursive: true }));

  test('wake whoever waits, long before his time is over', async () => {
    const startedMs = performance.now();
    const waiting = wait(20_000);
    await appendFile(log, change);
    await waiting;
    expect(performance.now() - startedMs).toBeLessThan(5000);
  });

  test('are looked at after the burst of them, and while a burst does not end', async () => {
    const startedMs = performance.now();
    let writtenMs = startedMs;
    const writing = setInterval(() => {
      writtenMs = performance.now();
      void appendFile(log, change);
    }, 10);
    await wait(20_000);
    const endlessMs = performance.now() - startedMs;
    clearInterval(writing);
    // A busy machine may write late, which looks like the end of a burst.
    expect(endlessMs).toBeGreaterThan(100);
    expect(endlessMs).toBeLessThan(5000);

    const next = changes.mark();
    await appendFile(log, change);
    await next(20_000);
    expect(performance.now() - writtenMs).toBeGreaterThan(50);
    expect(performance.now() - writtenMs).toBeLessThan(5000);
  });

  test('that came between the look and the wait are not missed', async () => {
    await appendFile(log, change);
    const startedMs = performance.now();
    await wait(20_000);
    expect(performance.now() - startedMs).toBeLessThan(5000);
  });

  test('are told to whoever looked before them, although somebody else looked since', async () => {
    await appendFile(log, change);
    changes.mark();
    const startedMs = performance.now();
    await wait(20_000);
    expect(performance.now() - startedMs).toBeLessThan(5000);
  });

  test('are still noticed after the log was rotated', async () => {
    await rename(log, `${log}.1`);
    await writeFile(log, '');
    await appendFile(log, change);
    const startedMs = performance.now();
    await wait(20_000);
    expect(performance.now() - startedMs).toBeLessThan(5000);
  });

  test('are not the answers to our own questions, nor what agents say', async () => {
    await appendFile(log, answer + chatter);
    const startedMs = performance.now();
    await wait(300);
    expect(performance.now() - startedMs).toBeGreaterThan(250);
    expect([change, answer, chatter].map(isChange)).toEqual([true, false, false]);
  });

  test('need no log: then time passes', async () => {
    const blind = createChangeWatch(() => null).mark();
    const startedMs = performance.now();
    await blind(60_000);
    expect(performance.now() - startedMs).toBeLessThan(5000);
  });

  test('are not waited for by one who gave up', async () => {
    await wait(60_000, AbortSignal.abort());
    const giving = new AbortController();
    const waiting = wait(60_000, giving.signal);
    giving.abort();
    await expect(waiting).resolves.toBeUndefined();
  });
});
