/** Why a file could not be used, in words; those of the system are for programmers. */

const known: Readonly<Record<string, string>> = {
  ENOENT: 'it is not there',
  ENOTDIR: 'a part of its path is no directory',
  EEXIST: 'it exists already',
  EISDIR: 'it is a directory',
  EACCES: 'this process is not allowed to',
  EPERM: 'this process is not allowed to',
  EROFS: 'its file system is read-only',
  ENOSPC: 'its file system is full',
  ELOOP: 'its links lead to each other',
  ENAMETOOLONG: 'its name is too long',
};

/** The end of a sentence such as "FILE cannot be read: …", without its full stop. */
export function whyOfFile(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const words = 'code' in cause && typeof cause.code === 'string' ? known[cause.code] : undefined;
  return words ?? (cause.message.split('\n')[0] ?? '').replace(/[.:\s]+$/, '');
}
