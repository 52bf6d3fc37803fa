import { InternVLError } from '@internvl/backend';

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

/** @throws `invalid-option` when no token has bytes */
export function tokenTree(tokens: (id: number) => Uint8Array | undefined, size: number): TokenTree {
  const byText = new Map<string, number>();
  const twins = new Int32Array(size).fill(-1);
  let total = 0;
  let longest = 0;
  for (let id = 0; id < size; id++) {
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
  const nodes = {
    bytes: new Uint8Array(total),
    depths: new Uint16Array(total),
    ends: new Int32Array(total),
    tokens: new Int32Array(total).fill(-1),
  };
  const count = grow(nodes, [...byText.keys()].sort(), (text) => byText.get(text)!);
  return {
    size,
    longest,
    bytes: nodes.bytes.slice(0, count),
    depths: nodes.depths.slice(0, count),
    ends: nodes.ends.slice(0, count),
    tokens: nodes.tokens.slice(0, count),
    twins,
    bytesOf: tokens,
  };
}

/** Fills in the nodes of sorted texts; gives their count. */
function grow(
  nodes: Pick<TokenTree, 'bytes' | 'depths' | 'ends' | 'tokens'>,
  sorted: readonly string[],
  idOf: (text: string) => number,
): number {
  /** Nodes on the way to the last one. */
  const path: number[] = [];
  let count = 0;
  let before = '';
  for (const text of sorted) {
    let shared = 0;
    while (shared < before.length && before.charCodeAt(shared) === text.charCodeAt(shared)) shared++;
    while (path.length > shared) nodes.ends[path.pop()!] = count;
    for (let at = shared; at < text.length; at++) {
      nodes.bytes[count] = text.charCodeAt(at);
      nodes.depths[count] = at + 1;
      path.push(count++);
    }
    nodes.tokens[count - 1] = idOf(text);
    before = text;
  }
  for (const node of path) nodes.ends[node] = count;
  return count;
}
