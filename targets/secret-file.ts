/** What must not stand in a configuration that people show each other: read from a file whenever it is needed. */
import { readFile, stat } from 'node:fs/promises';
import { CauError } from '../domain/errors.js';

const maxBytes = 16 * 1024;

/** The content without white space around it. Nothing of it is in an error. @throws CauError `ConfigurationInvalid` */
export async function readSecretFile(file: string, where: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > maxBytes) throw refuse(file, where, `it has ${size} bytes; at most ${maxBytes} are allowed`);
    return (await readFile(file, 'utf8')).trim();
  } catch (cause) {
    if (cause instanceof CauError) throw cause;
    throw refuse(file, where, `it cannot be read (${cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown'})`);
  }
}

const refuse = (file: string, where: string, why: string) => new CauError('ConfigurationInvalid', `${where}: ${file}: ${why}.`, { where });
