import { type GrammarNode, partsOf } from './node.js';

/** All nodes that a node leads to, itself included. */
export function reachable(root: GrammarNode): ReadonlySet<GrammarNode> {
  const nodes = new Set([root]);
  for (const node of nodes) for (const part of partsOf(node)) nodes.add(part);
  return nodes;
}

/** The nodes that some text matches: what leads to no text must never be entered, for there is no way out. */
export function productiveNodes(nodes: ReadonlySet<GrammarNode>): ReadonlySet<GrammarNode> {
  return fixpoint(nodes, (node, known) => {
    switch (node.kind) {
      case 'bytes':
        return node.ranges.length > 0;
      case 'sequence':
        return node.items.every((item) => known.has(item));
      case 'choice':
        return node.options.some((option) => known.has(option));
      case 'repeat':
        return node.min <= node.max && (node.min === 0 || known.has(node.item));
      case 'rule':
        return node.body !== undefined && known.has(node.body);
    }
  });
}

/** The nodes that the empty text matches. */
export function nullableNodes(nodes: ReadonlySet<GrammarNode>): ReadonlySet<GrammarNode> {
  return fixpoint(nodes, (node, known) => {
    switch (node.kind) {
      case 'bytes':
        return false;
      case 'sequence':
        return node.items.every((item) => known.has(item));
      case 'choice':
        return node.options.some((option) => known.has(option));
      case 'repeat':
        return node.min === 0 || known.has(node.item);
      case 'rule':
        return node.body !== undefined && known.has(node.body);
    }
  });
}

/** The smallest set that holds every node for which `holds` is true of that set. */
function fixpoint(
  nodes: ReadonlySet<GrammarNode>,
  holds: (node: GrammarNode, known: ReadonlySet<GrammarNode>) => boolean,
): ReadonlySet<GrammarNode> {
  // Parts come behind what they are part of: from the end, most are settled in one pass.
  const order = [...nodes].reverse();
  const known = new Set<GrammarNode>();
  for (let before = -1; before < known.size; ) {
    before = known.size;
    for (const node of order) if (!known.has(node) && holds(node, known)) known.add(node);
  }
  return known;
}
