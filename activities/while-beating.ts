/** Work that tells nothing of its own while it goes on. */
import { heartbeat } from '@temporalio/activity';

/** Well within the shortest heartbeat timeout that steps have (3 s). */
const beatMs = 1000;

/** Tells what the work has come to; it is repeated until something else is told. */
export type Tell = (doing: string) => void;

/** Does the work with a heartbeat that says what it is, so that only a worker that died is taken for dead. */
export async function whileBeating<T>(doing: string, work: (tell: Tell) => Promise<T>): Promise<T> {
  let told = doing;
  const beating = setInterval(() => heartbeat(told), beatMs);
  try {
    return await work((now) => {
      told = now;
      heartbeat(now);
    });
  } finally {
    clearInterval(beating);
  }
}
