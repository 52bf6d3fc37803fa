import type { Tensor } from '@internvl/backend';
import type { PrefixHold, RunningBatch } from '@internvl/llm';
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
  /** For each tile a name of what it shows, where there is one. */
  names: readonly (string | undefined)[];
}

/** What all conversations of a chat share. */
export interface SharedMemory {
  /** Visual tokens of tiles. */
  readonly tileCache?: TileCache | undefined;
  /** Answers that run together, and the caches of those before. Absent without a language model. */
  readonly running: RunningBatch | undefined;
}

/** What a conversation keeps between answers: its images, and the model's cache of its prompt and answer. */
export class Memory {
  readonly shared: SharedMemory;
  /** Keeps the model's cache. */
  readonly hold: PrefixHold | undefined;
  /** Images of the turns that were answered, one entry for each placeholder. */
  shown: readonly ShownImages[] = [];

  /** `keeps`: whether the cache of the last answer is kept whatever else is answered. */
  constructor(shared: SharedMemory, { keeps = false }: { readonly keeps?: boolean } = {}) {
    this.shared = shared;
    this.hold = keeps ? shared.running?.hold() : undefined;
  }

  /** Forgets the images of turns from `turnCount` on. */
  rewind(turnCount: number): void {
    this.shown = this.shown.filter(({ placeholder }) => placeholder.turn < turnCount);
  }

  dispose(): void {
    this.hold?.dispose();
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
