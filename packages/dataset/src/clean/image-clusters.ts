import type { ImageRef } from '../sample/sample.js';
import { HashIndex } from './hash-index.js';
import { imageKeyOf } from './image-key.js';
import type { Hash64 } from './text-key.js';

/** What is known of an image: how it looks, and its size in pixels. */
export interface HashedImage {
  readonly hash: Hash64;
  readonly width: number;
  readonly height: number;
}

/** Images that look alike. */
export interface ImageCluster {
  /** The one of the most pixels, the first of equals: the one to keep. */
  readonly best: string;
  readonly members: readonly {
    readonly name: string;
    readonly width: number;
    readonly height: number;
    readonly distance: number;
  }[];
}

/**
 * Joins images that look alike: each image that comes goes to the first image within a few bits of its perceptual hash, or starts a
 * cluster of its own.
 */
export class ImageClusters {
  readonly #look: (image: ImageRef) => Promise<HashedImage | undefined>;
  readonly #index: HashIndex;
  readonly #members: { name: string; width: number; height: number; distance: number }[][] = [];
  readonly #clusterOf = new Map<string, number | undefined>();

  /** @param distance bits of 64 in which two images may differ, 0 to 7; 6 */
  constructor(look: (image: ImageRef) => Promise<HashedImage | undefined>, distance = 6) {
    this.#look = look;
    this.#index = new HashIndex(distance);
  }

  /** The same key for images that look alike: `imageKey` of `clean`. */
  readonly key = async (image: ImageRef): Promise<string | undefined> => {
    const name = await imageKeyOf(image);
    if (name === undefined) return undefined;
    if (!this.#clusterOf.has(name)) this.#clusterOf.set(name, await this.#place(image, name));
    const cluster = this.#clusterOf.get(name);
    return cluster === undefined ? name : `look:${cluster}`;
  };

  /** Clusters of more than one image, in the order they began. */
  clusters(): readonly ImageCluster[] {
    return this.#members
      .filter(({ length }) => length > 1)
      .map((members) => {
        const best = members.reduce((largest, member) =>
          member.width * member.height > largest.width * largest.height ? member : largest,
        );
        return { best: best.name, members };
      });
  }

  async #place(image: ImageRef, name: string): Promise<number | undefined> {
    const seen = await this.#look(image);
    if (seen === undefined) return undefined;
    const { hash, width, height } = seen;
    const near = this.#index.nearest(hash);
    if (near === undefined) {
      this.#members.push([{ name, width, height, distance: 0 }]);
      return this.#index.add(hash);
    }
    this.#members[near.index]?.push({ name, width, height, distance: near.distance });
    return near.index;
  }
}
