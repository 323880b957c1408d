/** What was started and must be ended, also when somebody presses Ctrl-C. */

/** A stack of endings: the last thing started is ended first. */
export class Endings {
  private readonly endings: (() => Promise<unknown>)[] = [];
  private running: Promise<void> | null = null;

  /**
   * Remembers how to end something that runs.
   * @throws Error when everything is being ended already; that is ended too then
   */
  async add(end: () => Promise<unknown>): Promise<void> {
    if (this.running === null) {
      this.endings.push(end);
      return;
    }
    await end();
    throw new Error('interrupted');
  }

  /** Waits for something that starts, and ends it also when interrupted half-way. @throws Error as `add`, or as the start itself */
  async start<T>(starting: Promise<T>, end: (started: T) => Promise<unknown>): Promise<T> {
    await this.add(async () => {
      const started = await starting.then(
        (value) => ({ value }),
        () => null,
      );
      if (started !== null) await end(started.value);
    });
    return starting;
  }

  /** Ends everything, whatever fails on the way; what failed is said on standard error. Whoever asks again waits for the same end. */
  run(): Promise<void> {
    this.running ??= this.endAll();
    return this.running;
  }

  private async endAll(): Promise<void> {
    for (let ending = this.endings.pop(); ending !== undefined; ending = this.endings.pop()) {
      await ending().catch((error: unknown) => process.stderr.write(`not ended: ${String(error)}\n`));
    }
  }
}

/** Lets `act` start what it likes, and ends all that when it is done, fails, or everything is ended. */
export async function withEndings<T>(outer: Endings, act: (endings: Endings) => Promise<T>): Promise<T> {
  const endings = new Endings();
  await outer.add(() => endings.run());
  try {
    return await act(endings);
  } finally {
    await endings.run();
  }
}

/** On an interruption ends everything and then the process, with the exit code that a shell expects (128 and the signal). */
export function endOnSignals(endings: Endings): void {
  let isInterrupted = false;
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    // Not `once`: execa raises the signal anew, and ends this process at once, when it is the only one that listens.
    process.on(signal, () => {
      if (isInterrupted) return;
      isInterrupted = true;
      process.stderr.write('interrupted; everything is ended\n');
      void endings.run().then(() => process.exit(code));
    });
  }
}
