import type { Checkpoint } from './formats/checkpoint.ts';
import type { Refusal } from './formats/refusal.ts';
import { type Graph, weightsOf } from './graph/graph.ts';
import { wordsForShape } from './tensor.ts';

/** Refuses weights of another architecture than the graphs have: the first one that is missing or has another shape is named. */
export function checkFit(graphs: readonly Graph[], { tensors }: Checkpoint, refuse: Refusal): void {
  for (const { name, shape } of graphs.flatMap(weightsOf)) {
    const found = tensors.get(name);
    if (!found) throw refuse(`it is of another network: "${name}" is missing`);
    if (found.shape.join() !== shape.join()) {
      const [is, should] = [wordsForShape(found.shape), wordsForShape(shape)];
      throw refuse(`it is of another network: "${name}" is ${is} and should be ${should}`);
    }
  }
}
