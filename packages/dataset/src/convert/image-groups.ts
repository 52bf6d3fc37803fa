import type { ImageRef } from '../sample/sample.js';

/** What an image is called when two samples are asked whether they have the same one. */
export function imageName({ path, url, bytes }: ImageRef): string | undefined {
  // Bytes without a name are told apart by length and ends: enough to keep copies together, cheap enough for all rows.
  return path ?? url ?? (bytes && `${bytes.length}:${bytes.subarray(0, 64)}:${bytes.subarray(-64)}`);
}

/**
 * Groups of images that samples with several of them hold together (disjoint sets): samples that share an image,
 * directly or through others, get one key.
 */
export class ImageGroups {
  readonly #parent = new Map<string, string>();

  /** Notes that these images belong together. One image alone needs no note. */
  join(images: readonly ImageRef[]): void {
    const [first, ...rest] = names(images);
    if (first === undefined || rest.length === 0) return;
    for (const name of rest) {
      const root = this.#root(first);
      const other = this.#root(name);
      // The smaller name is the root, so that the order of rows does not matter.
      const [least = root, most = root] = [root, other].sort();
      if (least !== most) this.#parent.set(most, least);
    }
  }

  /** The key of a sample's images; undefined for a sample without any. */
  keyOf(images: readonly ImageRef[]): string | undefined {
    const [first] = names(images);
    return first === undefined ? undefined : this.#root(first);
  }

  #root(name: string): string {
    let root = name;
    for (let parent = this.#parent.get(root); parent !== undefined; parent = this.#parent.get(root))
      root = parent;
    // Shorten the way for the next one.
    for (let step = name; step !== root; ) {
      const parent = this.#parent.get(step) ?? root;
      this.#parent.set(step, root);
      step = parent;
    }
    return root;
  }
}

function names(images: readonly ImageRef[]): readonly string[] {
  return images.flatMap((image) => imageName(image) ?? []);
}
