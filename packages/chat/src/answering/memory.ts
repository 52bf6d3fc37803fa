import type { Tensor } from '@internvl/backend';
import type { LanguageModel, Sequence } from '@internvl/llm';
import type { Prompt } from '@internvl/tokenizer/templates';
import type { TiledImage } from '../answer.js';
import type { ImageTiled } from '../event.js';
import type { Placeholder } from '../images/placeholders.js';
import type { PlannedImage } from '../images/plan-images.js';
import type { TileCache } from './tile-cache.js';

/** A placeholder whose images are known, and once they went through the encoder, what became of them. */
export interface ShownImages {
  readonly placeholder: Placeholder;
  readonly tiled: readonly ImageTiled[];
  readonly tiles: number;
  /** Pixels that still have to go through the encoder; gone once they have. */
  planned: readonly PlannedImage[];
  /** Visual tokens, one tensor `[tokensPerTile, hidden]` for each tile. */
  tokens: readonly Tensor<'float32'>[];
}

/** What a conversation keeps between answers: its images, and the model's cache of its prompt and answer. */
export class Memory {
  /** Visual tokens that all conversations of a chat share. */
  readonly tileCache: TileCache | undefined;
  /** Images of the turns that were answered, one entry for each placeholder. */
  shown: readonly ShownImages[] = [];
  #sequence: Sequence | undefined;
  #ids: readonly number[] = [];
  #slots: readonly { readonly start: number; readonly shown: ShownImages }[] = [];

  constructor(tileCache?: TileCache) {
    this.tileCache = tileCache;
  }

  /**
   * A sequence that holds as much of the beginning of `prompt` as the cache has, never all of it. How much, its length
   * tells. `remember` must follow when the work is over, however it ends.
   */
  recall(model: LanguageModel, prompt: Prompt, shown: readonly ShownImages[]): Sequence {
    const kept = this.#sequence;
    const common = Math.min(this.#common(prompt, shown), prompt.ids.length - 1);
    if (kept && common > 0 && kept.reusableFor(prompt.ids.length, common)) {
      kept.truncate(common);
      return kept;
    }
    kept?.dispose();
    this.#sequence = model.sequence();
    return this.#sequence;
  }

  /** Notes what the sequence of `recall` holds now: the beginning of the prompt and the new ids. */
  remember(prompt: Prompt, shown: readonly ShownImages[], newIds: readonly number[]): void {
    const length = this.#sequence?.length ?? 0;
    this.#ids = [...prompt.ids, ...newIds].slice(0, length);
    this.#slots = prompt.slots.map(({ start }, index) => ({ start, shown: shown[index]! }));
  }

  /** Forgets the images of turns from `turnCount` on. */
  rewind(turnCount: number): void {
    this.shown = this.shown.filter(({ placeholder }) => placeholder.turn < turnCount);
  }

  dispose(): void {
    this.#sequence?.dispose();
    this.#sequence = undefined;
    this.#ids = [];
  }

  /** Length of the common beginning: the same ids, and the same images in their slots. */
  #common(prompt: Prompt, shown: readonly ShownImages[]): number {
    let common = 0;
    while (common < this.#ids.length && this.#ids[common] === prompt.ids[common]) common++;
    for (const [index, { start }] of prompt.slots.entries()) {
      const before = this.#slots[index];
      if (start >= common) break;
      if (before?.start !== start || before.shown !== shown[index]) return start;
    }
    const extra = this.#slots[prompt.slots.length];
    return extra ? Math.min(common, extra.start) : common;
  }
}

/** The public part of what is known of images. */
export function tiledImages(shown: readonly ShownImages[]): TiledImage[] {
  return shown.flatMap(({ tiled }) =>
    tiled.map(({ image, width, height, columns, rows, tiles }) => ({
      image,
      width,
      height,
      columns,
      rows,
      tiles,
    })),
  );
}
