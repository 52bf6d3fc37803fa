import type { Automaton, State } from './automaton.js';
import type { TokenTree } from './token-tree.js';

/** Some tokens: those listed, or all but those listed, whichever are fewer. */
interface TokenSet {
  readonly listed: Int32Array;
  readonly allows: boolean;
  readonly count: number;
}

/** What is known of a state without regard to what follows it. */
interface Local {
  readonly tokens: TokenSet;
  /** Nodes of the tree where what follows may begin. */
  readonly exits: Int32Array;
}

/** The tokens that may come next. */
export interface TokenMask {
  readonly local: TokenSet;
  /** Further ones, that go on into what follows. */
  readonly further: Int32Array;
  /** Tokens that may come, some counted twice. */
  readonly count: number;
}

/** Bytes of masks that are remembered. */
const MOST_BYTES = 2 ** 26;

/** The masks of states, worked out when they are first asked for. */
export class TokenMasks {
  readonly #automaton: Automaton;
  readonly #tree: TokenTree;
  #masks = new WeakMap<State, TokenMask>();
  #locals = new WeakMap<State, Local>();
  #bytes = 0;

  constructor(automaton: Automaton, tree: TokenTree) {
    this.#automaton = automaton;
    this.#tree = tree;
  }

  of(state: State): TokenMask {
    const canonical = this.#automaton.canonical(state);
    const known = this.#masks.get(canonical);
    if (known) return known;
    const split = this.#automaton.split(canonical);
    const { tokens, exits } = this.#local(split?.local ?? canonical);
    const further: number[] = [];
    if (split) {
      const { ends, depths } = this.#tree;
      for (const exit of exits) this.#walk(exit + 1, ends[exit]!, depths[exit]!, split.after, further, []);
    }
    const mask = { local: tokens, further: Int32Array.from(further), count: tokens.count + further.length };
    this.#remember(mask.further.byteLength);
    this.#masks.set(canonical, mask);
    return mask;
  }

  #local(state: State): Local {
    const known = this.#locals.get(state);
    if (known) return known;
    const allowed: number[] = [];
    const exits: number[] = [];
    this.#walk(0, this.#tree.bytes.length, 0, state, allowed, exits);
    const local = { tokens: tokenSet(allowed, this.#tree.size), exits: Int32Array.from(exits) };
    this.#remember(local.tokens.listed.byteLength + local.exits.byteLength);
    this.#locals.set(state, local);
    return local;
  }

  /**
   * Collects the tokens at nodes `from` to `to` whose bytes behind the first `depth` can follow `state`, and the nodes where the
   * text may end.
   */
  #walk(from: number, to: number, depth: number, state: State, allowed: number[], exits: number[]): void {
    const { bytes, depths, ends, tokens, twins } = this.#tree;
    const path: State[] = [];
    for (let node = from; node < to; ) {
      const place = depths[node]! - depth - 1;
      const before = place === 0 ? state : path[place - 1]!;
      const byte = bytes[node]!;
      let next = before.next[byte];
      if (next === undefined) next = this.#automaton.step(before, byte);
      if (next === null) {
        node = ends[node]!;
        continue;
      }
      path[place] = next;
      if (next.accepts) exits.push(node);
      for (let id = tokens[node]!; id >= 0; id = twins[id]!) allowed.push(id);
      node++;
    }
  }

  #remember(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes <= MOST_BYTES) return;
    this.#masks = new WeakMap();
    this.#locals = new WeakMap();
    this.#bytes = bytes;
  }
}

function tokenSet(allowed: readonly number[], size: number): TokenSet {
  const count = allowed.length;
  if (2 * count <= size) return { listed: Int32Array.from(allowed), allows: true, count };
  const may = new Uint8Array(size);
  for (const id of allowed) may[id] = 1;
  const listed = new Int32Array(size - count);
  for (let id = 0, at = 0; id < size; id++) if (may[id] === 0) listed[at++] = id;
  return { listed, allows: false, count };
}

/** Sets the scores of all other tokens to -Infinity, those of ids from `size` on too. */
export function applyMask(scores: Float32Array, { local, further }: TokenMask, size: number): void {
  const { listed, allows } = local;
  const removed = Number.NEGATIVE_INFINITY;
  const kept = scoresOf(scores, further);
  if (allows) {
    const staying = scoresOf(scores, listed);
    scores.fill(removed);
    for (let at = 0; at < listed.length; at++) scores[listed[at]!] = staying[at]!;
  } else {
    scores.fill(removed, size);
    for (let at = 0; at < listed.length; at++) scores[listed[at]!] = removed;
  }
  for (let at = 0; at < further.length; at++) scores[further[at]!] = kept[at]!;
}

function scoresOf(scores: Float32Array, ids: Int32Array): Float32Array {
  const kept = new Float32Array(ids.length);
  for (let at = 0; at < ids.length; at++) kept[at] = scores[ids[at]!]!;
  return kept;
}
