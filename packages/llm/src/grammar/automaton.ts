import { type Grammar, tooComplex } from './grammar.js';
import type { GrammarNode } from './node.js';
import { bottom, type Stack, sharedOf, startsWith } from './stack.js';

/** A state cut in two: what its stacks have in common, and what they are without it. */
export interface Split {
  /** The stacks without what they share: this state accepts where that begins. */
  readonly local: State;
  /** The state at the beginning of what they share. */
  readonly after: State;
}

/** A place in the text: everything that may follow what was read. Equal ones are the same object. */
export interface State {
  /** Stacks that start with a byte. */
  readonly heads: readonly Stack[];
  /** Whether the text may end here. */
  readonly accepts: boolean;
  /** The state behind each byte: null where it can't follow, undefined where nobody asked. */
  readonly next: (State | null | undefined)[];
  readonly generation: number;
}

/** Parts that one byte may lead through before the next byte. */
const MOST_PARTS = 10_000;
/** States and stacks that are remembered; then everything is forgotten. A state takes about 2 kB. */
const MOST_REMEMBERED = 40_000;

/**
 * Reads texts of grammars byte by byte. States are made when they are first reached and remembered, so that what was
 * seen before costs a lookup, also when another grammar saw it. Any grammar will do that is not left-recursive.
 *
 * Source: partial derivatives (Antimirov 1996) with a stack, so that rules may occur in themselves.
 */
export class Automaton {
  /** Counts above this one are alike to every token. */
  readonly #mostCounted: number;
  #numbers = new Map<GrammarNode, number>();
  #structures = new Map<string, number>();
  #unproductive = new WeakSet<GrammarNode>();
  #bottom = bottom();
  #states = new Map<string, State>();
  #stacks = 0;
  #generation = 0;
  #starts = new WeakMap<Grammar, State>();

  /** `longestToken` in bytes. */
  constructor(longestToken: number) {
    this.#mostCounted = longestToken + 1;
  }

  /** States of another generation are forgotten. */
  get generation(): number {
    return this.#generation;
  }

  /** The state before the first byte of a grammar's text. */
  start(grammar: Grammar): State {
    const known = this.#starts.get(grammar);
    if (known) return known;
    for (const node of grammar.unproductive) this.#unproductive.add(node);
    const start = this.#closure([this.#push(grammar.root, this.#bottom)]);
    this.#starts.set(grammar, start);
    return start;
  }

  /** The state behind `byte`; null where it can't follow. */
  step(state: State, byte: number): State | null {
    const known = state.next[byte];
    if (known !== undefined) return known;
    const rests: Stack[] = [];
    for (const head of state.heads) if (startsWith(head, byte)) rests.push(head.rest!);
    const next = rests.length === 0 ? null : this.#closure(rests);
    state.next[byte] = next;
    return next;
  }

  /** The state that looks the same to every token; many states share one. */
  canonical(state: State): State {
    if (state.heads.every((head) => head.canonical === head)) return state;
    const heads = new Set(state.heads.map((head) => head.canonical));
    return this.#state([...heads], state.accepts);
  }

  /**
   * Cuts a state where all of its stacks go on alike, so that states which differ only behind that share what is known: the
   * inside of a string is the same wherever the string stands.
   */
  split(state: State): Split | undefined {
    const shared = sharedRest(state);
    if (!shared?.rest) return undefined;
    const heads = state.heads.map((head) => this.#planted(head, shared));
    return { local: this.#state(heads, false), after: this.#closure([shared]) };
  }

  /** Forgets states when there are many; what the caller holds is given anew. To be called before a state that was kept is used. */
  renew(state: State): State {
    if (this.#states.size + this.#stacks > MOST_REMEMBERED) this.forget();
    if (state.generation === this.#generation) return state;
    return this.#state(
      state.heads.map((head) => this.#planted(head)),
      state.accepts,
    );
  }

  /** The same stack in the memory of now, so that nothing of the old one is held; without what is below `end`, where given. */
  #planted(head: Stack, end?: Stack): Stack {
    const old: Stack[] = [];
    for (let stack = head; stack.rest && stack !== end; stack = stack.rest) old.push(stack);
    let planted = this.#bottom;
    for (const { node, min, max } of old.reverse()) planted = this.#place(node!, min, max, planted);
    return planted;
  }

  /** Forgets all states. */
  forget(): void {
    this.#states = new Map();
    this.#bottom = bottom();
    this.#stacks = 0;
    this.#starts = new WeakMap();
    this.#numbers = new Map();
    this.#structures = new Map();
    this.#generation++;
  }

  /** The state of stacks that may start with anything: goes on until each starts with a byte. */
  #closure(stacks: readonly Stack[]): State {
    const pending = [...stacks];
    const seen = new Set<Stack>();
    const heads: Stack[] = [];
    let accepts = false;
    for (let stack = pending.pop(); stack; stack = pending.pop()) {
      if (seen.has(stack)) continue;
      seen.add(stack);
      if (seen.size > MOST_PARTS) tooComplex(`at most ${MOST_PARTS} parts that may come next`);
      const { node } = stack;
      if (node === undefined) accepts = true;
      else if (node.kind === 'bytes') heads.push(stack);
      else for (const opened of this.#opened(node, stack)) pending.push(opened);
    }
    return this.#state(heads, accepts);
  }

  /** What a part that is no byte comes to. */
  #opened(node: GrammarNode, { min, max, rest }: Stack): readonly Stack[] {
    const after = rest!;
    switch (node.kind) {
      case 'bytes':
        return [];
      case 'sequence': {
        // `min` counts the items that are done.
        const { items } = node;
        const item = items[min];
        if (item === undefined) return [after];
        return [this.#push(item, min + 1 === items.length ? after : this.#place(node, min + 1, 0, after))];
      }
      case 'choice':
        return node.options
          .filter((option) => !this.#unproductive.has(option))
          .map((option) => this.#push(option, after));
      case 'repeat': {
        const over = min === 0 ? [after] : [];
        if (max === 0 || this.#unproductive.has(node.item)) return over;
        const more = max === 1 ? after : this.#place(node, Math.max(0, min - 1), max - 1, after);
        return [...over, this.#push(node.item, more)];
      }
      case 'rule':
        return [this.#push(node.body!, after)];
    }
  }

  #push(node: GrammarNode, rest: Stack): Stack {
    return node.kind === 'repeat'
      ? this.#place(node, node.min, node.max, rest)
      : this.#place(node, 0, 0, rest);
  }

  #place(node: GrammarNode, min: number, max: number, rest: Stack): Stack {
    // Repetitions of the same thing are the same, whoever asked for them.
    const key =
      node.kind === 'repeat' ? `*${this.#number(node.item)},${min},${max}` : `${this.#number(node)},${min}`;
    const known = rest.above.get(key);
    if (known) return known;
    const most = this.#mostCounted;
    const least = node.kind === 'repeat' ? Math.min(min, most) : min;
    const highest = max === Number.POSITIVE_INFINITY ? max : Math.min(max, most);
    const alike = least === min && highest === max && rest.canonical === rest;
    const stack: Stack = {
      id: ++this.#stacks,
      node,
      min,
      max,
      rest,
      depth: rest.depth + 1,
      above: new Map(),
      get canonical() {
        return other ?? stack;
      },
    };
    const other = alike ? undefined : this.#place(node, least, highest, rest.canonical);
    rest.above.set(key, stack);
    return stack;
  }

  /** A number that parts of equal structure share, whichever grammar they are of; rules are equal to nothing else. */
  #number(node: GrammarNode): number {
    const known = this.#numbers.get(node);
    if (known !== undefined) return known;
    const structure = this.#structure(node);
    const number = this.#structures.get(structure) ?? this.#structures.size;
    this.#structures.set(structure, number);
    this.#numbers.set(node, number);
    return number;
  }

  #structure(node: GrammarNode): string {
    switch (node.kind) {
      case 'bytes':
        return `bytes ${node.ranges}`;
      case 'sequence':
        return `sequence ${node.items.map((item) => this.#number(item))}`;
      case 'choice':
        return `choice ${node.options.map((option) => this.#number(option))}`;
      case 'repeat':
        return `repeat ${this.#number(node.item)} ${node.min} ${node.max}`;
      case 'rule':
        return `rule ${this.#structures.size}`;
    }
  }

  #state(heads: readonly Stack[], accepts: boolean): State {
    const sorted = [...heads].sort((a, b) => a.id - b.id);
    const key = `${accepts ? '+' : '-'}${sorted.map(({ id }) => id).join()}`;
    const known = this.#states.get(key);
    if (known) return known;
    const state: State = {
      heads: sorted,
      accepts,
      next: new Array<State | null | undefined>(256),
      generation: this.#generation,
    };
    this.#states.set(key, state);
    return state;
  }
}

/** The highest stack that all heads of a state stand on; undefined where one of them ends the text. */
function sharedRest({ heads, accepts }: State): Stack | undefined {
  if (accepts || heads.length === 0) return undefined;
  const [first, ...others] = heads.map(({ rest }) => rest!);
  return others.reduce(sharedOf, first!);
}
