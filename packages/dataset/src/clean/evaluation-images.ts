import type { ImageRef } from '../sample/sample.js';
import { HashIndex } from './hash-index.js';
import type { Hash64 } from './text-key.js';

/** The perceptual hash of an image; undefined where it cannot be read. */
export type ImageHash = (image: ImageRef) => Promise<Hash64 | undefined>;

/** Images of evaluation sets, found again by how they look. */
export class EvaluationImages {
  readonly #hash: ImageHash;
  readonly #index: HashIndex;
  readonly #names: string[] = [];

  /** @param distance bits of 64 in which two images may differ, 0 to 7; 6 */
  constructor(hash: ImageHash, distance = 6) {
    this.#hash = hash;
    this.#index = new HashIndex(distance);
  }

  get size(): number {
    return this.#index.size;
  }

  async add(image: ImageRef, name: string): Promise<void> {
    const hash = await this.#hash(image);
    if (hash === undefined) return;
    this.#index.add(hash);
    this.#names.push(name);
  }

  async find(image: ImageRef): Promise<{ readonly name: string; readonly distance: number } | undefined> {
    const hash = await this.#hash(image);
    const near = hash === undefined ? undefined : this.#index.nearest(hash);
    return near && { name: this.#names[near.index] ?? '', distance: near.distance };
  }
}
