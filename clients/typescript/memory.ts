/** What is known of tokens, at most `max` of them: the oldest is forgotten first. Each may belong to a user. */
export class Memory<Known extends { user?: string }> {
  readonly #max: number;
  readonly #known = new Map<string, Known>();
  readonly #ofUser = new Map<string, Set<string>>();

  constructor(max: number) {
    this.#max = max;
  }

  get size(): number {
    return this.#known.size;
  }

  get(key: string): Known | undefined {
    return this.#known.get(key);
  }

  set(key: string, known: Known): void {
    this.forget(key);
    const [oldest] = this.#known.keys();
    if (this.#known.size >= this.#max && oldest !== undefined) this.forget(oldest);
    this.#known.set(key, known);
    if (known.user === undefined) return;
    const keys = this.#ofUser.get(known.user) ?? new Set();
    this.#ofUser.set(known.user, keys.add(key));
  }

  forget(key: string): void {
    const user = this.#known.get(key)?.user;
    this.#known.delete(key);
    if (user === undefined) return;
    const keys = this.#ofUser.get(user);
    keys?.delete(key);
    if (keys?.size === 0) this.#ofUser.delete(user);
  }

  forgetUser(user: string): void {
    for (const key of [...(this.#ofUser.get(user) ?? [])]) this.forget(key);
  }

  clear(): void {
    this.#known.clear();
    this.#ofUser.clear();
  }
}
