/**
 * A part of a grammar over bytes. Nodes are shared and may form cycles through rules; every node stands for a set of byte
 * strings.
 */
export type GrammarNode = BytesNode | SequenceNode | ChoiceNode | RepeatNode | RuleNode;

/** One byte out of ranges: `[low, high, low, high, …]`, ends included. */
export interface BytesNode {
  readonly kind: 'bytes';
  readonly ranges: readonly number[];
}

/** One part behind the other; without parts, the empty text. */
export interface SequenceNode {
  readonly kind: 'sequence';
  readonly items: readonly GrammarNode[];
}

/** Any one of the options; without options, nothing at all. */
export interface ChoiceNode {
  readonly kind: 'choice';
  readonly options: readonly GrammarNode[];
}

/** `min` to `max` times `item`; `max` may be Infinity. */
export interface RepeatNode {
  readonly kind: 'repeat';
  readonly item: GrammarNode;
  readonly min: number;
  readonly max: number;
}

/** A part by name, so that it may occur in itself. The body is set once, by whoever makes the rule. */
export interface RuleNode {
  readonly kind: 'rule';
  readonly name: string;
  body: GrammarNode | undefined;
}

export const empty: SequenceNode = { kind: 'sequence', items: [] };

export function bytes(...ranges: readonly number[]): BytesNode {
  return { kind: 'bytes', ranges };
}

export function sequence(...items: readonly GrammarNode[]): GrammarNode {
  return items.length === 1 ? items[0]! : { kind: 'sequence', items };
}

export function choice(...options: readonly GrammarNode[]): GrammarNode {
  return options.length === 1 ? options[0]! : { kind: 'choice', options };
}

export function repeat(item: GrammarNode, min: number, max: number): GrammarNode {
  return min === 1 && max === 1 ? item : { kind: 'repeat', item, min, max };
}

export function optional(item: GrammarNode): GrammarNode {
  return repeat(item, 0, 1);
}

export function rule(name: string, body?: GrammarNode): RuleNode {
  return { kind: 'rule', name, body };
}

/** Exactly this text, as UTF-8. */
export function literal(text: string): GrammarNode {
  return byteString(new TextEncoder().encode(text));
}

/** Beginnings that are shared one inside the other, at most. */
const DEEPEST_PREFIX = 200;

/** Any of these texts. Common beginnings are shared, so that thousands of them cost no more than a few. */
export function literals(texts: Iterable<string>): GrammarNode {
  const encoder = new TextEncoder();
  return prefixTree(
    [...new Set(texts)].map((text) => encoder.encode(text)),
    0,
    0,
  );
}

function prefixTree(strings: readonly Uint8Array[], from: number, depth: number): GrammarNode {
  const [first] = strings;
  if (first === undefined) return choice();
  if (strings.length === 1 || depth > DEEPEST_PREFIX) {
    return choice(...strings.map((string) => byteString(string.subarray(from))));
  }
  let shared = from;
  while (shared < first.length && strings.every((string) => string[shared] === first[shared])) shared++;
  const groups = new Map<number | undefined, Uint8Array[]>();
  for (const string of strings) {
    const group = groups.get(string[shared]);
    if (group) group.push(string);
    else groups.set(string[shared], [string]);
  }
  const options = [...groups].map(([byte, group]) =>
    byte === undefined ? empty : prefixTree(group, shared, depth + 1),
  );
  const rest = choice(...options);
  return shared === from ? rest : sequence(byteString(first.subarray(from, shared)), rest);
}

function byteString(string: Uint8Array): GrammarNode {
  return { kind: 'sequence', items: Array.from(string, (byte) => bytes(byte, byte)) };
}

/** The nodes that a node is made of. */
export function partsOf(node: GrammarNode): readonly GrammarNode[] {
  switch (node.kind) {
    case 'bytes':
      return [];
    case 'sequence':
      return node.items;
    case 'choice':
      return node.options;
    case 'repeat':
      return [node.item];
    case 'rule':
      return node.body ? [node.body] : [];
  }
}
