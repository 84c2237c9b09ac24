import { clamp } from '../../../base/maths.ts';
import { median, quantile, steady } from './face-pixels.ts';
import { between, type LipColour, type MouthColumns, STEP } from './mouth-columns.ts';

/** A landmark gap above this is an open mouth, IOD. */
export const SURELY_OPEN = 0.06;

/** For each column how far the lips' inner edges lie below the landmarks' (upper, lower), IOD. */
export interface LipEdges {
  readonly upper: readonly number[];
  readonly lower: readonly number[];
}

/** Walks into the mouth from the middle of each lip to where lip ends. */
export function findEdges(mouth: MouthColumns, upper: LipColour, lower: LipColour, gap: number): LipEdges {
  const inside: number[] = [];
  if (gap > SURELY_OPEN) {
    for (let column = mouth.columns >> 2; column <= (mouth.columns * 3) >> 2; column++) {
      for (const t of [0.2, 0.35, 0.5, 0.65, 0.8]) {
        inside.push(mouth.read(between(mouth.at('innerUpper', column), mouth.at('innerLower', column), t))[0]);
      }
    }
  }
  const floor = inside.length > 0 ? quantile(inside, 0.12) : undefined;
  const walk = (from: 'upper' | 'lower', column: number) => {
    const lip = from === 'upper' ? upper : lower;
    const [outer, inner, other] =
      from === 'upper'
        ? (['outerUpper', 'innerUpper', 'innerLower'] as const)
        : (['outerLower', 'innerLower', 'innerUpper'] as const);
    const start = between(mouth.at(outer, column), mouth.at(inner, column), 0.5);
    const edge = mouth.at(inner, column);
    const sign = from === 'upper' ? 1 : -1;
    const reach = Math.abs(mouth.drop(start, mouth.at(other, column))) + 0.05;
    let misses = 0;
    for (let distance = 0; distance < reach; distance += STEP) {
      const at = mouth.below(start, sign * distance);
      misses = lipness(mouth.read(at), lip, floor ?? 0.3 * lip.red) < 0.5 ? misses + 1 : 0;
      if (misses === 2) return mouth.drop(edge, mouth.below(start, sign * (distance - STEP)));
    }
    return 0;
  };
  const along = (from: 'upper' | 'lower') => {
    const offsets = Array.from({ length: mouth.columns }, (_, column) => walk(from, column));
    const fifth = Math.round(mouth.columns / 5);
    const usual = median(offsets.slice(fifth, -fifth));
    return steady(
      offsets.map((offset) => clamp(offset, usual - EDGE_SPREAD, usual + EDGE_SPREAD)),
      4,
      3,
    );
  };
  return { upper: along('upper'), lower: along('lower') };
}

/** Landmarks err alike along a lip: found edges further than this from their median are shadows, tongue or gum, IOD. */
const EDGE_SPREAD = 0.03;

/** Lips less red than this are those of a black and white picture. */
const COLOURLESS = 0.04;

/** 1 for a pixel of the lip's colour, 0 for teeth, tongue shade or darkness. */
function lipness([red, light]: readonly [number, number], lip: LipColour, floor: number): number {
  const notDark = clamp((light / lip.light - 0.36) / 0.24);
  if (lip.red < COLOURLESS) return Math.min(notDark, clamp((1.6 - light / lip.light) / 0.3));
  return Math.min(clamp((red - floor) / Math.max(0.01, 0.9 * (lip.red - floor))), notDark);
}

/** Share of the middle columns where something pale shows between the upper lip and the darkest point below it. */
export function toothShare(mouth: MouthColumns, lip: LipColour): number {
  const from = Math.round(mouth.columns * 0.3);
  const to = mouth.columns - from;
  let showing = 0;
  for (let column = from; column < to; column++) {
    const start = between(mouth.at('outerUpper', column), mouth.at('innerUpper', column), 0.6);
    const reach = mouth.drop(start, between(mouth.at('innerLower', column), mouth.at('outerLower', column), 0.4));
    const samples: (readonly [number, number])[] = [];
    for (let distance = 0; distance < reach; distance += STEP) samples.push(mouth.read(mouth.below(start, distance)));
    const darkest = samples.reduce((best, [, light], i) => (light < samples[best]![1] ? i : best), 0);
    const pale = samples.slice(0, darkest).filter(([red, light]) => red < 0.75 * lip.red && light > 0.8 * lip.light);
    if (pale.length * STEP > 0.015) showing++;
  }
  return showing / (to - from);
}
