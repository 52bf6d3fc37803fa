import type { Automaton, State } from './automaton.js';
import type { TokenVocabulary } from './token-vocabulary.js';

/** The tokens that may come next: those listed, or all but those listed, whichever are fewer. */
export interface TokenMask {
  readonly listed: Int32Array;
  readonly allows: boolean;
  /** Tokens that may come. */
  readonly count: number;
}

/** Finds the tokens whose bytes can all follow `state`. */
export function tokenMask(automaton: Automaton, state: State, vocabulary: TokenVocabulary): TokenMask {
  const { size, bytes, depths, ends, tokens, twins } = vocabulary;
  const allowed: number[] = [];
  const path: State[] = [state];
  for (let node = 0; node < bytes.length; ) {
    const depth = depths[node]!;
    const before = path[depth - 1]!;
    const byte = bytes[node]!;
    let next = before.next[byte];
    if (next === undefined) next = automaton.step(before, byte);
    if (next === null) {
      node = ends[node]!;
      continue;
    }
    path[depth] = next;
    for (let id = tokens[node]!; id >= 0; id = twins[id]!) allowed.push(id);
    node++;
  }
  const count = allowed.length;
  if (2 * count <= size) return { listed: Int32Array.from(allowed), allows: true, count };
  const may = new Uint8Array(size);
  for (const id of allowed) may[id] = 1;
  const listed = new Int32Array(size - count);
  for (let id = 0, at = 0; id < size; id++) if (may[id] === 0) listed[at++] = id;
  return { listed, allows: false, count };
}

/** Sets the scores of all other tokens to -Infinity, those of ids past the vocabulary too. */
export function applyMask(scores: Float32Array, { listed, allows }: TokenMask, size: number): void {
  const removed = Number.NEGATIVE_INFINITY;
  if (allows) {
    const kept = new Float32Array(listed.length);
    for (let at = 0; at < listed.length; at++) kept[at] = scores[listed[at]!]!;
    scores.fill(removed);
    for (let at = 0; at < listed.length; at++) scores[listed[at]!] = kept[at]!;
    return;
  }
  scores.fill(removed, size);
  for (let at = 0; at < listed.length; at++) scores[listed[at]!] = removed;
}
