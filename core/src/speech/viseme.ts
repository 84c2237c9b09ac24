/** The 15 mouth shapes of the Oculus set, in the order of the model's outputs. */
export const VISEMES = [
  'sil',
  'PP',
  'FF',
  'TH',
  'DD',
  'kk',
  'CH',
  'SS',
  'nn',
  'RR',
  'aa',
  'E',
  'ih',
  'oh',
  'ou',
] as const;
export type Viseme = (typeof VISEMES)[number];
/** A viseme's place in `VISEMES`. */
export const VISEME_INDEX = Object.fromEntries(VISEMES.map((viseme, i) => [viseme, i])) as Readonly<
  Record<Viseme, number>
>;
