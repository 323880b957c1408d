/** Work that tells nothing of its own while it goes on. */
import { heartbeat } from '@temporalio/activity';

/** Well within the shortest heartbeat timeout that steps have (3 s). */
const beatMs = 1000;

/** Does the work with a heartbeat that says what it is, so that only a worker that died is taken for dead. */
export async function whileBeating<T>(doing: string, work: () => Promise<T>): Promise<T> {
  const beating = setInterval(() => heartbeat(doing), beatMs);
  try {
    return await work();
  } finally {
    clearInterval(beating);
  }
}
