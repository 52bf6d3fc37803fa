import type { NanoServer } from './nano-server.js';

/** Notices when nothing comes to an end for a long time, tells where everything stands, and ends the process. */
export class Watchdog {
  readonly #underway = new Map<symbol, { readonly name: string; readonly since: number }>();
  readonly #timer: ReturnType<typeof setInterval>;
  #last = performance.now();

  constructor(server: NanoServer, stallSeconds: number) {
    this.#timer = setInterval(() => {
      if (this.#underway.size === 0 || performance.now() - this.#last < stallSeconds * 1000) return;
      clearInterval(this.#timer);
      void this.#tell(server, stallSeconds);
    }, 500);
    this.#timer.unref();
  }

  /** Something begins; what it returns is called at its end. */
  begin(name: string): () => void {
    const id = Symbol(name);
    this.#underway.set(id, { name, since: performance.now() });
    return () => {
      this.#underway.delete(id);
      this.#last = performance.now();
    };
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #tell(server: NanoServer, seconds: number): Promise<void> {
    console.error(`nothing ended for ${seconds} s; under way:`);
    for (const { name, since } of this.#underway.values()) {
      console.error(`  ${((performance.now() - since) / 1000).toFixed(1)} s  ${name}`);
    }
    console.error('client:', counted(process.getActiveResourcesInfo()));
    const state = await Promise.race([
      server.state(),
      new Promise((resolve) => setTimeout(() => resolve('says nothing: its event loop is held'), 5000)),
    ]);
    console.error('server:', JSON.stringify(state, null, 2));
    process.exit(2);
  }
}

/** How often each word comes. */
export function counted(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}
