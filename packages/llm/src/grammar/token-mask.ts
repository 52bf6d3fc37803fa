import type { Automaton, State } from './automaton.js';
import { atOnce, type Pause, type Slices } from './slices.js';
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

/** Nodes `from` to `to`, below a node with `depth` bytes. */
interface TreePart {
  readonly from: number;
  readonly to: number;
  readonly depth: number;
}

/** The tokens that may come next. */
export interface TokenMask {
  readonly local: TokenSet;
  /** Further ones, that go on into what follows. */
  readonly further: Int32Array;
  /** Tokens that may come, some counted twice. */
  readonly count: number;
}

/** Nodes of the tree that are looked at between two stops. */
const SLICE = 4096;

/** Bytes of masks that are remembered. */
const MOST_BYTES = 2 ** 26;

/** The masks of states, worked out when they are first asked for. */
export class TokenMasks {
  readonly #automaton: Automaton;
  readonly #tree: TokenTree;
  readonly #pause: Pause | undefined;
  /** Masks that are being worked out in slices. */
  readonly #underway = new WeakMap<State, Promise<void>>();
  #masks = new WeakMap<State, TokenMask>();
  #locals = new WeakMap<State, Local>();
  #bytes = 0;

  /** Without `pause`, everything is worked out at once. */
  constructor(automaton: Automaton, tree: TokenTree, pause?: Pause) {
    this.#automaton = automaton;
    this.#tree = tree;
    this.#pause = pause;
  }

  of(state: State): TokenMask {
    const canonical = this.#automaton.canonical(state);
    return this.#masks.get(canonical) ?? atOnce(this.#mask(canonical));
  }

  /** Works out the mask of a state in slices, where that takes more than one; undefined where it is known now. */
  prepare(state: State): Promise<void> | undefined {
    const canonical = this.#automaton.canonical(state);
    if (!this.#pause || this.#masks.has(canonical)) return undefined;
    const underway = this.#underway.get(canonical);
    if (underway) return underway;
    const work = this.#mask(canonical);
    if (work.next().done) return undefined;
    const prepared = this.#prepared(canonical, work, this.#pause);
    this.#underway.set(canonical, prepared);
    return prepared;
  }

  async #prepared(state: State, work: Slices<TokenMask>, pause: Pause): Promise<void> {
    try {
      do {
        await pause();
        // The automaton has forgotten what the work stands on: it is done at once when it is needed.
        if (state.generation !== this.#automaton.generation) return;
      } while (!work.next().done);
    } finally {
      this.#underway.delete(state);
    }
  }

  *#mask(canonical: State): Slices<TokenMask> {
    const split = this.#automaton.split(canonical);
    const { tokens, exits } = yield* this.#local(split?.local ?? canonical);
    const further: number[] = [];
    if (split) {
      const { ends, depths } = this.#tree;
      let looked = 0;
      for (const exit of exits) {
        const part = { from: exit + 1, to: ends[exit]!, depth: depths[exit]! };
        this.#walk(part, split.after, further, []);
        looked += part.to - exit;
        if (looked < SLICE) continue;
        looked = 0;
        yield;
      }
    }
    const mask = { local: tokens, further: Int32Array.from(further), count: tokens.count + further.length };
    this.#remember(mask.further.byteLength);
    this.#masks.set(canonical, mask);
    return mask;
  }

  *#local(state: State): Slices<Local> {
    const known = this.#locals.get(state);
    if (known) return known;
    const allowed: number[] = [];
    const exits: number[] = [];
    const path: State[] = [];
    const whole = { from: 0, to: this.#tree.bytes.length, depth: 0 };
    for (;;) {
      whole.from = this.#walk(whole, state, allowed, exits, path, SLICE);
      if (whole.from >= whole.to) break;
      yield;
    }
    const local = { tokens: tokenSet(allowed, this.#tree.size), exits: Int32Array.from(exits) };
    this.#remember(local.tokens.listed.byteLength + local.exits.byteLength);
    this.#locals.set(state, local);
    return local;
  }

  /**
   * Collects the tokens of a part of the tree whose bytes behind the first `depth` can follow `state`, and the nodes where the
   * text may end. Looks at `most` nodes and gives the one to go on with, `path` being kept.
   */
  #walk(
    { from, to, depth }: TreePart,
    state: State,
    allowed: number[],
    exits: number[],
    path: State[] = [],
    most = Number.POSITIVE_INFINITY,
  ): number {
    const { bytes, depths, ends, tokens, twins } = this.#tree;
    let node = from;
    for (let looked = 0; node < to && looked < most; looked++) {
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
    return node;
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
