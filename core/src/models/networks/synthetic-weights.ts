import { countOf } from '../tensor.ts';

/** Draws numbers of 0 to 1 for each index of a named tensor: the same on every machine and in every language. */
function drawFor(name: string): (index: number) => number {
  let seed = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) seed = Math.imul(seed ^ byte, 0x01000193);
  return (index) => {
    let x = (seed + Math.imul(index, 0x9e3779b9)) | 0;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    return ((x ^ (x >>> 16)) >>> 0) / 4294967296;
  };
}

/** Numbers from `low` to `high` that stand in for an input. */
export function syntheticInput(label: string, count: number, low: number, high: number): Float32Array {
  const draw = drawFor(`input:${label}`);
  return Float32Array.from({ length: count }, (_, i) => low + (high - low) * draw(i));
}

/**
 * Weights that stand in for trained ones, made of the tensor's name: a network that is filled with them and keeps its values in a
 * healthy range shows that it computes what the reference does. `gain` is larger for networks whose rectifiers lose more.
 */
export function syntheticWeight(
  { name, shape }: { name: string; shape: readonly number[] },
  gain: number,
): Float32Array {
  const draw = drawFor(name);
  const weights = new Float32Array(countOf(shape));
  const value = valueFor(name, shape, gain);
  for (let i = 0; i < weights.length; i++) weights[i] = value(draw(i));
  return weights;
}

function valueFor(name: string, shape: readonly number[], gain: number): (draw: number) => number {
  if (name.endsWith('running_var')) return (draw) => 0.5 + draw;
  if (name.endsWith('running_mean') || name.endsWith('bias')) return (draw) => (draw - 0.5) * 0.2;
  if (shape.length === 1) return (draw) => 0.75 + 0.5 * draw;
  const reach = Math.sqrt((3 * gain) / countOf(shape.slice(1)));
  return (draw) => (2 * draw - 1) * reach;
}
