/** New configuration files that an update laid beside the administrator's changed ones. */
import { run } from './commands.js';

/** Every such file with its time: a later update may lay the same one anew. */
export async function readConfigurationFiles(): Promise<ReadonlyMap<string, string>> {
  const names = ['dpkg-dist', 'dpkg-new', 'ucf-dist', 'ucf-new'].flatMap((suffix) => ['-o', '-name', `*.${suffix}`]).slice(1);
  const { stdout } = await run('find', ['/etc', '-xdev', '(', ...names, ')', '-printf', '%p\t%T@\n']);
  return new Map(stdout.split('\n').flatMap((line): [string, string][] => (line === '' ? [] : [split(line)])));
}

/** The files that came between the two looks. */
export function findNewFiles(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  return [...after].filter(([file, time]) => before.get(file) !== time).map(([file]) => file);
}

function split(line: string): [string, string] {
  const [file = '', time = ''] = line.split('\t');
  return [file, time];
}
