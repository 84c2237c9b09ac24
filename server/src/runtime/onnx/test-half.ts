import type { Graph, GraphNode } from '@orator/core/models/graph/graph';
import { halfGraph, wideConstants } from '@orator/core/models/graph/half-graph';

const [SINGLE, HALF] = [1, 10];

/**
 * A graph in half floats, for processors: they widen half floats and leave out to round what they compute with them. Here each operator is told
 * to widen and to round, as a card does by itself: numbers overflow and lose digits where they would there.
 */
export async function roundedHalfGraph(graph: Graph, read: (name: string) => Promise<Float32Array>): Promise<Graph> {
  const half = halfGraph(graph, await wideConstants(graph, read));
  const halves = new Set(half.constants.filter(({ dtype }) => dtype === 'f16').map(({ name }) => name));
  const widened = new Set<string>();
  const nodes: GraphNode[] = [];
  const widen = (name: string) => {
    if (!halves.has(name)) return name;
    const wide = `${name}/widened`;
    if (!widened.has(wide)) nodes.push(cast(name, wide, SINGLE));
    widened.add(wide);
    return wide;
  };
  for (const node of half.nodes) {
    const isCast = node.operator === 'Cast';
    const isHalf = isCast ? node.attributes.to?.value === HALF : node.inputs.some((name) => halves.has(name));
    if (isHalf) for (const name of node.outputs) halves.add(name);
    if (isCast || !isHalf) {
      nodes.push(node);
      continue;
    }
    const exact = node.outputs.map((name) => `${name}/exact`);
    nodes.push({ ...node, inputs: node.inputs.map(widen), outputs: exact });
    for (const [k, name] of node.outputs.entries()) nodes.push(cast(exact[k]!, name, HALF));
  }
  return { ...half, name: `${graph.name}-fp16`, nodes };
}

const cast = (from: string, to: string, kind: number): GraphNode => ({
  operator: 'Cast',
  name: `${to}/cast`,
  inputs: [from],
  outputs: [to],
  attributes: { to: { kind: 'int', value: kind } },
});
