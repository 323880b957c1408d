/** The nodes that a run works on right now. */
export class NodesAtWork {
  private readonly open = new Map<string, Promise<void>>();
  /** What the update of a node threw that nobody has been told. */
  private untold: { readonly error: unknown } | null = null;

  /** In the order in which they were begun. */
  get names(): readonly string[] {
    return [...this.open.keys()];
  }

  /** A node is at work until its update is over. */
  add(node: string, update: Promise<void>): void {
    // A failure while nobody waits must not end the workflow task; whoever waits next is told.
    const keep = (error: unknown) => {
      this.untold ??= { error };
    };
    this.open.set(
      node,
      update.catch(keep).finally(() => this.open.delete(node)),
    );
  }

  /** Waits until fewer than so many are at work; how many is asked anew whenever one has ended. @throws what the update of a node threw */
  async fewerThan(count: () => number): Promise<void> {
    this.tell();
    while (this.open.size >= count()) await this.oneEnded();
  }

  /**
   * Waits for the first that ends; not at all when none is at work, as all may have ended while somebody thought about the
   * next. @throws what the update of a node threw
   */
  async oneEnded(): Promise<void> {
    if (this.open.size > 0) await Promise.race(this.open.values());
    this.tell();
  }

  private tell(): void {
    const { untold } = this;
    this.untold = null;
    if (untold !== null) throw untold.error;
  }
}
