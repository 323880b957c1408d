/** Writing files as one archive that every system can open. */
import { writeFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { pack } from 'tar-stream';
import { whyOfFile } from '../configuration/file-trouble.js';
import { CauError } from '../domain/errors.js';

export interface ArchivedFile {
  readonly name: string;
  readonly content: string;
}

/**
 * Writes a `.tar.gz` that only its owner may read, all in one directory of that name.
 * @throws CauError `InvalidInput` when there is such a file already, or none can be written
 */
export async function writeArchive(file: string, directory: string, files: readonly ArchivedFile[]): Promise<void> {
  const archive = pack();
  for (const { name, content } of files) archive.entry({ name: `${directory}/${name}`, mode: 0o600 }, content);
  archive.finalize();
  const content = await promisify(gzip)(await buffer(archive));
  await writeFile(file, content, { flag: 'wx', mode: 0o600 }).catch((cause: unknown) => {
    throw new CauError('InvalidInput', `--output: ${file} cannot be written: ${whyOfFile(cause)}.`, {
      where: 'output',
      cause,
    });
  });
}
