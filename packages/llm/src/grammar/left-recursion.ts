import type { GrammarNode, RuleNode } from './node.js';
import { nullableNodes, reachable } from './productive.js';

/** The name of a rule that may start with itself, which a reader from left to right never gets out of; undefined for none. */
export function leftRecursiveRule(root: GrammarNode): string | undefined {
  const nodes = reachable(root);
  const nullable = nullableNodes(nodes);
  const rules = [...nodes].filter((node): node is RuleNode => node.kind === 'rule');
  return rules.find((start) => startsOf(start, nullable).has(start))?.name;
}

/** The nodes that may stand first in a rule. */
function startsOf(start: RuleNode, nullable: ReadonlySet<GrammarNode>): ReadonlySet<GrammarNode> {
  const found = new Set<GrammarNode>(start.body ? [start.body] : []);
  for (const node of found) for (const first of firstParts(node, nullable)) found.add(first);
  return found;
}

function firstParts(node: GrammarNode, nullable: ReadonlySet<GrammarNode>): readonly GrammarNode[] {
  switch (node.kind) {
    case 'bytes':
      return [];
    case 'sequence': {
      const end = node.items.findIndex((item) => !nullable.has(item));
      return end < 0 ? node.items : node.items.slice(0, end + 1);
    }
    case 'choice':
      return node.options;
    case 'repeat':
      return [node.item];
    case 'rule':
      return node.body ? [node.body] : [];
  }
}
