import { hostTensor, InternVLError, type Tensor } from '@internvl/backend';
import type { TileStore } from '../tile-store/tile-store.js';

/** Bytes of visual tokens that a chat keeps when nobody says: 70 tiles of a 1B model, 16 of an 8B one. */
const DEFAULT_CACHE_BYTES = 64 * 2 ** 20;

/**
 * Visual tokens of tiles that went through the encoder, by what the tiles show, so that another question about the same
 * image, in whatever conversation, needs no encoder. What was used longest ago goes first when there is no more room. What a
 * store beside it has, it takes from there.
 */
export class TileCache {
  readonly #limitBytes: number;
  readonly #store: TileStore | undefined;
  /** In order of use, latest last. */
  readonly #tokens = new Map<string, Tensor<'float32'>>();
  readonly #underway = new Map<string, Promise<void>>();
  #bytes = 0;

  /** @throws `invalid-option` */
  constructor(limitBytes: number = DEFAULT_CACHE_BYTES, store?: TileStore) {
    if (!(limitBytes >= 0)) {
      throw new InternVLError(
        'invalid-option',
        `Expected visionCacheBytes as a number of bytes from 0 on, got ${limitBytes}; 0 keeps nothing.`,
        { option: 'visionCacheBytes', value: limitBytes },
      );
    }
    this.#limitBytes = limitBytes;
    this.#store = store;
  }

  /** Bytes of the tokens that are kept. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Key of a tile by its pixels and how they become pixel values; undefined where the platform cannot hash (an insecure
   * origin).
   */
  async keyOf(pixels: Uint8Array<ArrayBuffer>, arithmetic: string): Promise<string | undefined> {
    const { subtle } = globalThis.crypto ?? {};
    if (!subtle) return undefined;
    const digest = new Uint8Array(await subtle.digest('SHA-256', pixels));
    return `${arithmetic}:${Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
  }

  /** The visual tokens of a tile, `[tokensPerTile, hidden]`, where they are known. */
  get(key: string | undefined): Tensor<'float32'> | undefined {
    if (key === undefined) return undefined;
    const found = this.#tokens.get(key);
    if (!found) return undefined;
    this.#tokens.delete(key);
    this.#tokens.set(key, found);
    return found;
  }

  /** As `get`, also from the store. */
  async find(key: string | undefined): Promise<Tensor<'float32'> | undefined> {
    if (key === undefined) return undefined;
    const known = this.get(key);
    if (known) return known;
    const stored = await this.#store?.get(key);
    if (stored) this.set(key, stored);
    return stored;
  }

  /** Puts the tokens of a tile into the store. */
  async keep(key: string | undefined, tokens: Tensor<'float32'>): Promise<void> {
    if (key !== undefined) await this.#store?.set(key, tokens);
  }

  set(key: string | undefined, tokens: Tensor<'float32'>): void {
    if (key === undefined || this.#tokens.has(key)) return;
    const { data, dims } = tokens;
    if (data.byteLength > this.#limitBytes) return;
    // A view would keep the tokens of its whole run alive.
    const own = data.byteLength === data.buffer.byteLength ? data : data.slice();
    this.#tokens.set(key, hostTensor('float32', own, dims));
    this.#bytes += own.byteLength;
    for (const [oldest, { data: dropped }] of this.#tokens) {
      if (this.#bytes <= this.#limitBytes) return;
      this.#tokens.delete(oldest);
      this.#bytes -= dropped.byteLength;
    }
  }

  /**
   * Tells others that the tile goes through the encoder now. The returned function tells them that this is over, with or
   * without tokens.
   */
  begin(key: string | undefined): () => void {
    // Nobody waits for what is not kept.
    if (key === undefined || (this.#limitBytes === 0 && !this.#store)) return () => {};
    let over = () => {};
    const underway = new Promise<void>((resolve) => {
      over = resolve;
    });
    this.#underway.set(key, underway);
    return () => {
      if (this.#underway.get(key) === underway) this.#underway.delete(key);
      over();
    };
  }

  /** Resolves when the encoding of a tile that another answer has begun is over; undefined where none has. */
  underway(key: string | undefined): Promise<void> | undefined {
    return key === undefined ? undefined : this.#underway.get(key);
  }

  clear(): void {
    this.#tokens.clear();
    this.#bytes = 0;
  }
}
