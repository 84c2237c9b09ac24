import type { Tensors } from '../runtime.ts';
import { FACE_LEVELS } from './s3fd.ts';

/** A face as S3FD boxes it: from the forehead to the chin, in pixels of the picture that it was shown, not rounded. */
export interface S3fdFace {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  /** 0..1. */
  readonly score: number;
}

/** What is looked at further, and what counts as a face in the end. */
const [WORTH_A_LOOK, FACE] = [0.05, 0.5];
/** Boxes that overlap a surer one by more than this show the same face. */
const SAME_FACE = 0.3;
/** How the network's numbers are scaled: places in tenths of the prior's side, sizes in fifths of its logarithm. */
const [PLACE, SIZE] = [0.1, 0.2];
/** Sides of a cell's prior, in cells. */
const PRIOR_CELLS = 4;

/** Reads the faces out of what the network answers, the surest first. */
export function readFaces(outputs: Tensors): S3fdFace[] {
  const seen: S3fdFace[] = [];
  for (let level = 1; level <= FACE_LEVELS; level++) seen.push(...facesOf(outputs, level));
  const kept: S3fdFace[] = [];
  for (const face of seen.sort((a, b) => b.score - a.score)) {
    if (kept.every((surer) => overlap(surer, face) <= SAME_FACE)) kept.push(face);
  }
  return kept.filter(({ score }) => score > FACE);
}

function facesOf(outputs: Tensors, level: number): S3fdFace[] {
  const { shape, values: scores } = outputs[`cls${level}`]!;
  const { values: places } = outputs[`reg${level}`]!;
  const [rows, columns] = [shape[2]!, shape[3]!];
  const cells = rows * columns;
  const stride = 2 ** (level + 1);
  const side = PRIOR_CELLS * stride;
  const faces: S3fdFace[] = [];
  for (let cell = 0; cell < cells; cell++) {
    // The softmax of two.
    const score = 1 / (1 + Math.exp(Number(scores[cell]) - Number(scores[cells + cell])));
    if (score <= WORTH_A_LOOK) continue;
    const place = (k: number) => Number(places[k * cells + cell]);
    const middle = (index: number, k: number) => stride / 2 + index * stride + PLACE * place(k) * side;
    const [x, y] = [middle(cell % columns, 0), middle(Math.floor(cell / columns), 1)];
    const [width, height] = [side * Math.exp(SIZE * place(2)), side * Math.exp(SIZE * place(3))];
    faces.push({ x1: x - width / 2, y1: y - height / 2, x2: x + width / 2, y2: y + height / 2, score });
  }
  return faces;
}

/** The share of two boxes that both have; as the reference counts it, each side is a pixel longer. */
function overlap(a: S3fdFace, b: S3fdFace): number {
  const area = ({ x1, y1, x2, y2 }: Omit<S3fdFace, 'score'>) => Math.max(0, x2 - x1 + 1) * Math.max(0, y2 - y1 + 1);
  const both = area({
    x1: Math.max(a.x1, b.x1),
    y1: Math.max(a.y1, b.y1),
    x2: Math.min(a.x2, b.x2),
    y2: Math.min(a.y2, b.y2),
  });
  return both / (area(a) + area(b) - both);
}
