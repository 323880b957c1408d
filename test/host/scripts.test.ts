import { chmod, chown, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { examineScripts, requireScript } from '../../host/scripts.js';

const isRoot = process.getuid?.() === 0;
const somebody = 65_534;

let root: string;
let directory: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'cau-scripts-'));
  directory = join(root, 'scripts');
  await mkdir(directory, { mode: 0o755 });
  await put('good');
});
afterEach(() => rm(root, { recursive: true }));

async function put(name: string, mode = 0o755, place = directory): Promise<string> {
  const file = join(place, name);
  await writeFile(file, '#!/bin/sh\n');
  await chmod(file, mode);
  return file;
}
const find = (name: string, allowed: readonly string[] | null = null) => requireScript({ directory, allowed }, name);

describe('a script that a run names', () => {
  it('is a file of the directory of scripts', async () => {
    expect(await find('good')).toBe(join(directory, 'good'));
  });

  it('of the same name on two nodes is told apart by its content', async () => {
    const [first] = await examineScripts({ directory, allowed: null }, ['good']);
    await writeFile(join(directory, 'good'), '#!/bin/sh\nexit 1\n');
    const [second] = await examineScripts({ directory, allowed: null }, ['good']);
    expect([first?.problem, second?.problem]).toEqual([null, null]);
    expect(first?.digest).not.toBe(second?.digest);
  });

  const refusals: [string, string, RegExp, (() => Promise<unknown>)?][] = [
    ['that is not there', 'missing', /missing does not exist/],
    ['that is a path', '../scripts/good', /is no name/],
    ['that is a path of the system', '/bin/sh', /is no name/],
    ['that has a slash', 'sub/good', /is no name/],
    ['that is a command', 'good; reboot', /is no name/],
    ['that is the directory above', '..', /is no name/],
    ['that is a link out of the directory', 'link', /is a symbolic link/, () => symlink('/bin/sh', join(directory, 'link'))],
    ['that is a link in the directory', 'link', /is a symbolic link/, () => symlink(join(directory, 'good'), join(directory, 'link'))],
    ['that is a directory', 'folder', /is not a file/, () => mkdir(join(directory, 'folder'))],
    ['that is not executable', 'text', /is not executable/, () => put('text', 0o644)],
    ['that its group may write', 'ours', /can be written by others/, () => put('ours', 0o775)],
    ['that everybody may write', 'open', /can be written by others/, () => put('open', 0o757)],
    ['in a directory that everybody may write', 'good', /scripts can be written by others/, () => chmod(directory, 0o777)],
    ['below a directory that everybody may write', 'good', /can be written by others/, () => chmod(root, 0o777)],
    ['whose directory is not there', 'good', /there is no directory/, () => rm(directory, { recursive: true })],
  ];
  it.each(refusals)('%s is refused, with what to do', async (_title, name, words, prepare) => {
    await prepare?.();
    await expect(find(name)).rejects.toMatchObject({
      code: 'RefusedByNode',
      message: expect.stringMatching(words),
      failure: { where: name, remedy: expect.stringContaining(`into ${directory}, owned by root`) },
    });
    expect(await examineScripts({ directory, allowed: null }, [name])).toMatchObject([{ script: name, problem: expect.stringMatching(words), digest: null }]);
  });

  it('in a directory that is reached by a link is refused: the link could be turned round to the programs of the system', async () => {
    await symlink(directory, join(root, 'link'));
    await expect(requireScript({ directory: join(root, 'link'), allowed: null }, 'good')).rejects.toMatchObject({
      message: expect.stringContaining(`link is reached by a symbolic link; its real place is ${directory}`),
    });
  });

  it.runIf(isRoot).each([
    ['file', () => join(directory, 'good')],
    ['directory', () => directory],
  ])('whose %s does not belong to root is refused', async (_what, place) => {
    await chown(place(), somebody, somebody);
    await expect(find('good')).rejects.toMatchObject({ code: 'RefusedByNode', message: expect.stringContaining('belongs to user 65534, not to root') });
  });

  it("that the node's own policy does not name is refused, and the policy says which it does", async () => {
    await put('other');
    expect(await find('good', ['good'])).toBe(join(directory, 'good'));
    await expect(find('other', ['good'])).rejects.toMatchObject({
      code: 'RefusedByNode',
      message: 'The policy of this node does not let a run use the script "other"; it allows: good.',
      failure: { remedy: expect.stringContaining('nodeWorker.scripts') },
    });
    await expect(find('good', [])).rejects.toMatchObject({ message: expect.stringContaining('it allows: none') });
  });
});
