import { InternVLError, type Tensor } from '@internvl/backend';
import type { ChatModel } from '../chat-model.js';
import type { ByteStore } from './byte-store.js';
import { readTileFile, tileFile } from './tile-file.js';

/** What is written between two looks at what others wrote, as a share of the limit. */
const SHARE = 1 / 8;

/**
 * Visual tokens that outlive the program, in a byte store of limited size: what was of use longest ago goes first. It only
 * ever saves work: what is damaged is dropped, and a store that fails is done without.
 */
export class TileStore {
  readonly #store: ByteStore;
  readonly #limitBytes: number;
  readonly #model: string;
  /** Bytes in the store as far as is known, and written since that was looked up. */
  #bytes = 0;
  #written = Number.POSITIVE_INFINITY;

  /**
   * @param model what the tokens of a tile depend on beside the tile: checkpoint, graph, precision, backend
   * @throws `invalid-option`
   */
  constructor(store: ByteStore, limitBytes: number, model: string) {
    if (!(limitBytes >= 0)) {
      throw new InternVLError(
        'invalid-option',
        `Expected visionStoreBytes as a number of bytes from 0 on, got ${limitBytes}; 0 keeps nothing.`,
        { option: 'visionStoreBytes', value: limitBytes },
      );
    }
    this.#store = store;
    this.#limitBytes = limitBytes;
    this.#model = model;
  }

  /** The visual tokens of a tile, `[tokensPerTile, hidden]`, where they are there and whole. */
  async get(key: string): Promise<Tensor<'float32'> | undefined> {
    try {
      const name = await this.#nameOf(key);
      const file = await this.#store.read(name);
      if (!file) return undefined;
      const tokens = await readTileFile(name, file);
      await (tokens ? this.#store.touch(name) : this.#store.remove(name));
      return tokens;
    } catch {
      // A folder that went away or may not be read: as if nothing were kept.
      return undefined;
    }
  }

  /** Keeps the visual tokens of a tile. */
  async set(key: string, tokens: Tensor<'float32'>): Promise<void> {
    try {
      const name = await this.#nameOf(key);
      const file = await tileFile(name, tokens);
      if (file.length > this.#limitBytes) return;
      await this.#makeRoom(file.length);
      await this.#store.write(name, file);
      this.#bytes += file.length;
      this.#written += file.length;
    } catch {
      // A full disk, a folder that went away: the next program computes them again.
    }
  }

  /** Removes what was of use longest ago until so many bytes fit in. */
  async #makeRoom(bytes: number): Promise<void> {
    const fits = this.#bytes + bytes <= this.#limitBytes;
    if (fits && this.#written <= SHARE * this.#limitBytes) return;
    const found = [...(await this.#store.list())].sort((one, other) => one.used - other.used);
    this.#bytes = found.reduce((sum, each) => sum + each.bytes, 0);
    this.#written = 0;
    for (const { name, bytes: freed } of found) {
      if (this.#bytes + bytes <= this.#limitBytes) return;
      await this.#store.remove(name);
      this.#bytes -= freed;
    }
  }

  async #nameOf(key: string): Promise<string> {
    const text = new TextEncoder().encode(JSON.stringify([this.#model, key]));
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', text));
    return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  }
}

/**
 * What a model keeps its visual tokens in; undefined where nothing is to be kept or there is nowhere to.
 *
 * @throws `invalid-option`
 */
export function tileStoreOf(
  { byteStore, identity, backend }: Pick<ChatModel, 'byteStore' | 'identity' | 'backend'>,
  limitBytes: number,
): TileStore | undefined {
  if (limitBytes === 0 || !byteStore || !identity) return undefined;
  return new TileStore(
    byteStore,
    limitBytes,
    JSON.stringify([identity.checkpoint, identity.vision, backend]),
  );
}
