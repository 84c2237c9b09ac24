/** Where the synthesiser's own program lies: beside this file in a checkout, beside the bundle in an installed package. */
export const ESPEAK_PROGRAM = new URL(
  import.meta.url.endsWith('.ts') ? './espeak-process.ts' : './espeak-process.js',
  import.meta.url,
);
