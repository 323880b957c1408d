/** The nodes that a run works on right now. */
export class NodesAtWork {
  private readonly open = new Map<string, Promise<void>>();

  /** In the order in which they were begun. */
  get names(): readonly string[] {
    return [...this.open.keys()];
  }

  /** A node is at work until its update is over. */
  add(node: string, update: Promise<void>): void {
    const ended = update.finally(() => this.open.delete(node));
    // Whoever waits for it is told; a failure while nobody does must not end the workflow task.
    ended.catch(() => undefined);
    this.open.set(node, ended);
  }

  /** Waits until fewer than so many are at work; how many is asked anew whenever one has ended. @throws what the update of a node threw */
  async fewerThan(count: () => number): Promise<void> {
    while (this.open.size >= count()) await this.oneEnded();
  }

  /** Waits for the first that ends; not at all when none is at work, as all may have ended while somebody thought about the next. */
  async oneEnded(): Promise<void> {
    if (this.open.size > 0) await Promise.race(this.open.values());
  }
}
