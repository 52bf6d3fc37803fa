import type { Answer, ChatEvent } from '@internvl/chat';

/** Where the time of one answer went; durations in milliseconds. */
export interface AnswerTimes {
  /** Reading and planning the images. */
  readonly decodeImageMs: number;
  /** Tiles that went through the encoder for this answer; none when it knew the images already. */
  readonly tiles: number;
  readonly visionPerTileMs: number;
  readonly prefillMs: number;
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly tokensPerSecond: number;
  readonly tokens: number;
}

/** Reads the times of an answer off its events. */
export class AnswerClock {
  readonly #now: () => number;
  readonly #start: number;
  #planned: number;
  #tiles = 0;
  #lastTile: number;

  constructor(now: () => number) {
    this.#now = now;
    this.#start = now();
    this.#planned = this.#start;
    this.#lastTile = this.#start;
  }

  see(event: ChatEvent): void {
    const now = this.#now();
    if (event.type === 'prompt-built') this.#planned = now;
    if (event.type === 'vision-progress') {
      this.#tiles = event.loaded;
      this.#lastTile = now;
    }
  }

  times({ timings, usage }: Answer): AnswerTimes {
    return {
      decodeImageMs: this.#planned - this.#start,
      tiles: this.#tiles,
      visionPerTileMs: this.#tiles > 0 ? (this.#lastTile - this.#planned) / this.#tiles : 0,
      prefillMs: timings.prefillMs,
      promptTokens: usage.inputTokens,
      cachedTokens: usage.cachedTokens,
      // The first token comes out of the prefill.
      tokensPerSecond: timings.decodeMs > 0 ? ((usage.outputTokens - 1) / timings.decodeMs) * 1000 : 0,
      tokens: usage.outputTokens,
    };
  }
}
