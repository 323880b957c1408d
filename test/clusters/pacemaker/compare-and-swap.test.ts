import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { CibEdit } from '../../../clusters/pacemaker/cib-edits.js';
import { compareAndSwap } from '../../../clusters/pacemaker/compare-and-swap.js';
import { findAt, parseXml } from '../../../clusters/pacemaker/xml.js';
import { answered, failed, fixture, scriptedRunner } from './fixtures.js';

const edit: CibEdit = { kind: 'remove', xpath: '//x' };
const text = fixture('healthy.cib.xml');
const view = fixture('healthy.crm-mon.xml');
const { attributes } = parseXml(text, 'test');
const patch = `<diff format="2"><version><source admin_epoch="1" epoch="${attributes['epoch']}" num_updates="${attributes['num_updates']}"/><target admin_epoch="1" epoch="999" num_updates="0"/></version><change operation="delete" path="/cib/x"/></diff>`;
const header = (changes: Record<string, string>) =>
  `<cib ${Object.entries({ ...attributes, ...changes })
    .map(([name, value]) => `${name}="${value}"`)
    .join(' ')}/>`;

/** A cluster whose CIB answers patches with these exit codes in turn, and says this when it is asked where it is. */
function cluster(patchCodes: number[], now: string) {
  const patches: string[] = [];
  const run = scriptedRunner({
    crm_mon: () => answered(view),
    crm_diff: () => ({ ...answered(patch), exitCode: 1 }),
    cibadmin: (args) => {
      if (args[0] === '--patch') {
        patches.push(args[2] ?? '');
        const code = patchCodes.shift() ?? 0;
        return code === 0 ? answered('') : failed(code, 'refused');
      }
      if (args.includes('--no-children')) return answered(now);
      return answered(args[0] === '--query' ? text : '');
    },
  });
  return { run, patches };
}

const sourceOf = (sent: string | undefined) => findAt(parseXml(sent ?? '', 'test'), 'version', 'source')?.attributes['num_updates'];

describe('a change of the CIB', () => {
  test('that is not needed sends nothing', async () => {
    const { run, patches } = cluster([], '');
    await compareAndSwap(run, 'node1', () => []);
    expect(patches).toEqual([]);
  });

  test('is done only when a last look shows that nothing is left to change', async () => {
    const { run, patches } = cluster([], '');
    let looks = 0;
    await compareAndSwap(run, 'node1', () => (looks++ < 2 ? [edit] : []));
    expect(looks).toBe(3);
    expect(patches).toHaveLength(2);
  });

  test('that was refused because the status moved is sent again for the new version, undecided', async () => {
    const { run, patches } = cluster([103, 103], header({ num_updates: '4711' }));
    let decisions = 0;
    await compareAndSwap(run, 'node1', () => (decisions++ === 0 ? [edit] : []));
    expect(decisions).toBe(2);
    expect(patches.map(sourceOf)).toEqual([attributes['num_updates'], '4711', '4711']);
  });

  // What a patch for an older state says of the header would take the designated controller, or the quorum, out of the CIB again.
  test.each([
    ['the configuration moved', { epoch: '4711' }],
    ['the cluster has another designated controller', { num_updates: '4711', 'dc-uuid': '4' }],
    ['the quorum was lost', { num_updates: '4711', 'have-quorum': '0' }],
  ])('that was refused because %s is decided anew', async (_what, moved) => {
    const { run, patches } = cluster([103], header(moved));
    let decisions = 0;
    const decide = () => {
      if (decisions++ === 0) return [edit];
      throw new Error('an operator was faster');
    };
    await expect(compareAndSwap(run, 'node1', decide)).rejects.toThrow('an operator was faster');
    expect(patches).toHaveLength(1);
  });

  test('gives up in words when the CIB never rests', async () => {
    const { run } = cluster(
      Array.from({ length: 100_000 }, () => 103),
      header({ num_updates: '1' }),
    );
    await expect(compareAndSwap(run, 'node1', () => [edit])).rejects.toMatchObject({ code: 'ClusterToolFailed' });
  });

  test('fails in words for any other refusal', async () => {
    const { run } = cluster([78], '');
    await expect(compareAndSwap(run, 'node1', () => [edit])).rejects.toMatchObject({
      code: 'ClusterToolFailed',
      message: expect.stringContaining('78') as unknown,
    });
  });

  test('is not even begun where there is no quorum, as Pacemaker or as the CIB itself says', async () => {
    const noQuorum = scriptedRunner({ crm_mon: () => answered(view.replace('with_quorum="true"', 'with_quorum="false"')), cibadmin: () => answered(text) });
    await expect(compareAndSwap(noQuorum, 'node1', () => [edit])).rejects.toMatchObject({ code: 'NoQuorumHere' });
    const lost = scriptedRunner({ crm_mon: () => answered(view), cibadmin: () => answered(text.replace('have-quorum="1"', 'have-quorum="0"')) });
    await expect(compareAndSwap(lost, 'node1', () => [edit])).rejects.toMatchObject({ code: 'NoQuorumHere' });
    const joining = scriptedRunner({ crm_mon: () => answered(view.replaceAll('pending="false"', 'pending="true"')), cibadmin: () => answered(text) });
    await expect(compareAndSwap(joining, 'node1', () => [edit])).rejects.toMatchObject({ code: 'NoQuorumHere' });
    const down = scriptedRunner({ crm_mon: () => failed(102), cibadmin: () => failed(102) });
    await expect(compareAndSwap(down, 'node1', () => [edit])).rejects.toMatchObject({ code: 'NoQuorumHere' });
    for (const run of [noQuorum, lost, joining, down]) expect(run.asked.filter((call) => call.includes('--patch'))).toEqual([]);
  });

  test('works on a copy that nobody else can read', async () => {
    const modes: number[] = [];
    const { run } = cluster([], '');
    const watching = Object.assign(
      async (...[command, args, options]: Parameters<typeof run>) => {
        const file = options?.environment?.['CIB_file'];
        if (file !== undefined) modes.push(statSync(dirname(file)).mode & 0o077);
        return run(command, args, options);
      },
      { asked: run.asked },
    );
    let decisions = 0;
    await compareAndSwap(watching, 'node1', () => (decisions++ === 0 ? [edit] : []));
    expect(modes).toEqual([0]);
  });
});
