import type { Frame } from '../model/index.ts';
import type { TraceSite } from '../model/trace.ts';

/** One function in the tree of callers, with all that was allocated below it. */
export interface FlameNode {
  name: string;
  /** One frame of it. */
  frame?: Frame;
  weight: number;
  children: FlameNode[];
}

/** What a flame graph's widths stand for. */
export const WEIGHTS = ['bytes', 'peakBytes', 'allocations', 'liveBytes', 'temporary'] as const;
export type Weight = (typeof WEIGHTS)[number];

/** The sites as a tree from the outermost callers on, heaviest first; sites of no weight are left out. */
export function flameOf(sites: readonly TraceSite[], weight: Weight): FlameNode {
  const root: FlameNode & { index?: Map<string, FlameNode> } = { name: 'all', weight: 0, children: [] };
  const indexes = new Map<FlameNode, Map<string, FlameNode>>();
  for (const site of sites) {
    const amount = site[weight];
    if (amount <= 0) continue;
    root.weight += amount;
    let node: FlameNode = root;
    for (const frame of site.stack.toReversed()) {
      const index = indexes.get(node) ?? new Map<string, FlameNode>();
      indexes.set(node, index);
      const name = nameOf(frame);
      let child = index.get(name);
      if (!child) {
        child = { name, frame, weight: 0, children: [] };
        index.set(name, child);
        node.children.push(child);
      }
      child.weight += amount;
      node = child;
    }
  }
  sort(root);
  return root;
}

/** Not by recursion into itself for every level: a stack may be as deep as the program's own. */
function sort(root: FlameNode): void {
  const open = [root];
  for (let node = open.pop(); node; node = open.pop()) {
    node.children.sort((a, b) => b.weight - a.weight);
    open.push(...node.children);
  }
}

function nameOf({ function: name, module, offset }: Frame): string {
  return name ?? `${module?.slice(module.lastIndexOf('/') + 1) ?? '?'}+${offset ?? '?'}`;
}

/** A node with its place: level from 0, left edge and width as parts of the whole. */
export interface FlameBox {
  node: FlameNode;
  parent: FlameBox | undefined;
  level: number;
  left: number;
  width: number;
}

/** The boxes of a tree that are at least so wide, level by level from left to right. */
export function boxesOf(root: FlameNode, narrowest: number): FlameBox[] {
  const first: FlameBox = { node: root, parent: undefined, level: 0, left: 0, width: 1 };
  const boxes = [first];
  for (let at = 0; at < boxes.length; at++) {
    const box = boxes[at] as FlameBox;
    let left = box.left;
    for (const node of box.node.children) {
      const width = root.weight === 0 ? 0 : node.weight / root.weight;
      if (width < narrowest) break; // they are sorted
      boxes.push({ node, parent: box, level: box.level + 1, left, width });
      left += width;
    }
  }
  return boxes;
}
