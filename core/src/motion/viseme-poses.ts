import { VISEMES, type Viseme } from '../speech/viseme.ts';
import { CHANNEL_INDEX, CHANNELS, type Channel, type Shape } from './pose.ts';

type Side<Name> = Name extends `${infer Base}Left` ? Base : never;
/** A shape that exists once per side, named without its side. */
export type Paired = Side<Shape>;

/** The same weight for both sides of a shape, or one each (the subject's left and right). */
export const both = (name: Paired, left: number, right = left) =>
  ({ [`${name}Left`]: left, [`${name}Right`]: right }) as Partial<Record<Shape, number>>;

/** Weights of some channels of a pose. */
export type Weights = Readonly<Partial<Record<Channel, number>>>;

/**
 * The mouth each viseme aims at when it has all the time it wants. How far each opens against the others, and how strongly it pulls, was
 * fitted to the mouths of real talking clips (20 sentences with known words): `ih` and `E` open far, `RR` and `ou` hardly, and consonants
 * stand well apart from vowels.
 */
export const VISEME_POSES: Readonly<Record<Viseme, Weights>> = {
  sil: {},
  PP: { jawOpen: 0.05, ...both('mouthPress', 0.25), mouthRollLower: 0.22, mouthRollUpper: 0.16 },
  FF: { jawOpen: 0.05, mouthRollLower: 0.5, ...both('mouthUpperUp', 0.28) },
  TH: { jawOpen: 0.03, tongueOut: 0.28, ...both('mouthLowerDown', 0.14), ...both('mouthUpperUp', 0.06) },
  DD: { jawOpen: 0.03, ...both('mouthLowerDown', 0.14), ...both('mouthStretch', 0.05), tongueUp: 0.7 },
  kk: { jawOpen: 0.06, ...both('mouthLowerDown', 0.1) },
  CH: {
    jawOpen: 0.07,
    mouthFunnel: 0.5,
    mouthPucker: 0.15,
    ...both('mouthLowerDown', 0.2),
    ...both('mouthUpperUp', 0.16),
  },
  SS: {
    jawOpen: 0.01,
    ...both('mouthStretch', 0.29),
    ...both('mouthSmile', 0.1),
    ...both('mouthLowerDown', 0.2),
    ...both('mouthUpperUp', 0.1),
  },
  nn: { jawOpen: 0.04, ...both('mouthLowerDown', 0.12), tongueUp: 0.8 },
  RR: { jawOpen: 0.02, mouthFunnel: 0.28, mouthPucker: 0.42 },
  aa: { jawOpen: 0.64, ...both('mouthLowerDown', 0.2), ...both('mouthUpperUp', 0.14), ...both('mouthStretch', 0.05) },
  E: {
    jawOpen: 0.58,
    ...both('mouthStretch', 0.22),
    ...both('mouthSmile', 0.12),
    ...both('mouthLowerDown', 0.25),
    ...both('mouthUpperUp', 0.15),
  },
  ih: {
    jawOpen: 0.33,
    ...both('mouthStretch', 0.29),
    ...both('mouthSmile', 0.17),
    ...both('mouthLowerDown', 0.24),
    ...both('mouthUpperUp', 0.13),
  },
  oh: { jawOpen: 0.2, mouthFunnel: 0.54, mouthPucker: 0.38 },
  ou: { jawOpen: 0.02, mouthPucker: 0.78, mouthFunnel: 0.26 },
};

/** The visemes that a voice carries: only these grow with loudness and stress. */
export const VOWELS: ReadonlySet<Viseme> = new Set(['aa', 'E', 'ih', 'oh', 'ou']);

/** How far the lips may part at most while the viseme lasts, in IOD: p, b, m meet; the lower lip touches the teeth for f, v. */
export const VISEME_CEILINGS: Readonly<Partial<Record<Viseme, number>>> = { PP: 0, FF: 0.055 };

/** Channels that move together in time: the lips' rounding is slow and early, the jaw quick. */
export const GROUPS = ['lips', 'round', 'jaw'] as const;
export type Group = (typeof GROUPS)[number];

/** How strongly a viseme insists on its own pose against its neighbours, per group, 0..1. */
export const DOMINANCE: Readonly<Record<Viseme, Readonly<Record<Group, number>>>> = {
  sil: { lips: 0.4, round: 0.35, jaw: 0.4 },
  PP: { lips: 1, round: 0.35, jaw: 1.6 },
  FF: { lips: 0.9, round: 0.35, jaw: 1.6 },
  TH: { lips: 0.5, round: 0.3, jaw: 1.5 },
  DD: { lips: 0.5, round: 0.15, jaw: 0.8 },
  kk: { lips: 0.4, round: 0.1, jaw: 0.8 },
  CH: { lips: 0.7, round: 0.8, jaw: 1.1 },
  SS: { lips: 0.8, round: 0.3, jaw: 1.1 },
  nn: { lips: 0.5, round: 0.15, jaw: 0.8 },
  RR: { lips: 0.5, round: 0.8, jaw: 1.1 },
  aa: { lips: 0.7, round: 0.5, jaw: 0.9 },
  E: { lips: 0.7, round: 0.5, jaw: 0.6 },
  ih: { lips: 0.75, round: 0.6, jaw: 0.6 },
  oh: { lips: 0.8, round: 1, jaw: 1.1 },
  ou: { lips: 0.85, round: 1, jaw: 1.1 },
};

/** The channels that visemes use, and the group each belongs to. */
export const MOUTH_CHANNELS: readonly Channel[] = CHANNELS.filter((channel) =>
  VISEMES.some((viseme) => VISEME_POSES[viseme][channel] !== undefined),
);
export const groupOf = (channel: Channel): Group =>
  channel === 'jawOpen' ? 'jaw' : channel === 'mouthFunnel' || channel === 'mouthPucker' ? 'round' : 'lips';

/** Weights as numbers in the order of a pose's channels. */
export function toPose(weights: Weights): Float64Array {
  const pose = new Float64Array(CHANNELS.length);
  for (const [channel, weight] of Object.entries(weights)) pose[CHANNEL_INDEX[channel as Channel]] = weight;
  return pose;
}
