import { InternVLError } from '@internvl/backend';
import type { Slices } from './slices.js';

/**
 * The bytes of every token as a tree of beginnings, flat and in depth-first order: what a whole subtree starts with is looked
 * at once.
 */
export interface TokenTree {
  /** Ids run from 0 to `size - 1`. */
  readonly size: number;
  /** Bytes of the longest token. */
  readonly longest: number;
  /** Byte of each node. */
  readonly bytes: Uint8Array;
  /** Bytes up to and with each node. */
  readonly depths: Uint16Array;
  /** The node behind the last one of each node's subtree. */
  readonly ends: Int32Array;
  /** The first token that ends at each node; -1 for none. */
  readonly tokens: Int32Array;
  /** For each id, the next token with the same bytes; -1 for none. */
  readonly twins: Int32Array;
  /** The bytes that a token puts into a text; undefined where it is none to write with: `<|im_end|>`. */
  bytesOf(id: number): Uint8Array | undefined;
}

/** Bytes that a token may have at most; longer ones are left out. */
const LONGEST = 1024;

/** Texts and ids that are looked at between two stops. */
const SLICE = 4096;

/** Stops about every 10 Ms. @throws `invalid-option` when no token has bytes */
export function* tokenTree(tokens: (id: number) => Uint8Array | undefined, size: number): Slices<TokenTree> {
  const byText = new Map<string, number>();
  const twins = new Int32Array(size).fill(-1);
  let total = 0;
  let longest = 0;
  for (let id = 0; id < size; id++) {
    if (id % SLICE === SLICE - 1) yield;
    const token = tokens(id);
    if (!token || token.length === 0 || token.length > LONGEST) continue;
    const text = String.fromCharCode(...token);
    twins[id] = byText.get(text) ?? -1;
    byText.set(text, id);
    total += token.length;
    longest = Math.max(longest, token.length);
  }
  if (byText.size === 0) {
    throw new InternVLError(
      'invalid-option',
      'Expected tokens with bytes, got none; pass what the tokenizer gives.',
      {
        option: 'tokens',
        size,
      },
    );
  }
  const grown = new GrowingTree(total, (text) => byText.get(text)!);
  for (const texts of sortedTexts([...byText.keys()], 0)) {
    grown.add(texts);
    yield;
  }
  return { size, longest, ...grown.finish(), twins, bytesOf: tokens };
}

/** Texts in order of their bytes, in parts of bounded length; `shared` characters are the same in all of them. */
function* sortedTexts(texts: string[], shared: number): Generator<string[], void, void> {
  if (texts.length <= SLICE) {
    yield texts.sort();
    return;
  }
  const byNext = new Map<number, string[]>();
  for (const text of texts) {
    // -1, and so first, for the text that ends here.
    const next = text.length === shared ? -1 : text.charCodeAt(shared);
    const alike = byNext.get(next);
    if (alike) alike.push(text);
    else byNext.set(next, [text]);
  }
  for (const next of [...byNext.keys()].sort((a, b) => a - b))
    yield* sortedTexts(byNext.get(next)!, shared + 1);
}

type Nodes = Pick<TokenTree, 'bytes' | 'depths' | 'ends' | 'tokens'>;

/** Nodes of texts that come in order. */
class GrowingTree {
  readonly #nodes: Nodes;
  readonly #idOf: (text: string) => number;
  /** Nodes on the way to the last one. */
  readonly #path: number[] = [];
  #count = 0;
  #before = '';

  /** `most` nodes at most. */
  constructor(most: number, idOf: (text: string) => number) {
    this.#idOf = idOf;
    this.#nodes = {
      bytes: new Uint8Array(most),
      depths: new Uint16Array(most),
      ends: new Int32Array(most),
      tokens: new Int32Array(most).fill(-1),
    };
  }

  add(sorted: readonly string[]): void {
    const { bytes, depths, ends, tokens } = this.#nodes;
    const path = this.#path;
    for (const text of sorted) {
      const before = this.#before;
      let shared = 0;
      while (shared < before.length && before.charCodeAt(shared) === text.charCodeAt(shared)) shared++;
      while (path.length > shared) ends[path.pop()!] = this.#count;
      for (let at = shared; at < text.length; at++) {
        bytes[this.#count] = text.charCodeAt(at);
        depths[this.#count] = at + 1;
        path.push(this.#count++);
      }
      tokens[this.#count - 1] = this.#idOf(text);
      this.#before = text;
    }
  }

  finish(): Nodes {
    const { bytes, depths, ends, tokens } = this.#nodes;
    for (const node of this.#path) ends[node] = this.#count;
    return {
      bytes: bytes.slice(0, this.#count),
      depths: depths.slice(0, this.#count),
      ends: ends.slice(0, this.#count),
      tokens: tokens.slice(0, this.#count),
    };
  }
}
