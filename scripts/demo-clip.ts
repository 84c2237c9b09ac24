import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { runTool } from './tool.ts';

/** Where the demo's clip goes. */
export const DEMO_CLIP = 'out/demo.mp4';

/** Has closures, round and spread vowels, a pause and a question, in about a quarter of a minute. */
const TEXT =
  'Hello! I am a drawing, made by a script in this repository. Nothing was downloaded to make me speak: ' +
  'the voice, the lips and every picture that you see were computed on your own machine, just now. ' +
  'Maybe you would like to give me a better face, and something more important to say?';

const ORDER = {
  image: 'fixtures/portrait.jpg',
  text: TEXT,
  voice: 'en-us+f3',
  emotion: 'happy:0.4@0,neutral@3,happy:0.5@9',
  output: DEMO_CLIP,
} as const;

/** Makes a clip of the project's own portrait; `flags` of `orator make` are added to the demo's own. Gives the exit code. */
export async function makeDemo(flags: readonly string[], stdio: 'inherit' | 'pipe'): Promise<number> {
  mkdirSync(dirname(DEMO_CLIP), { recursive: true });
  const own = Object.entries(ORDER).filter(([name]) => !flags.includes(`--${name}`));
  const { code, said } = await runTool(
    'orator',
    ['make', ...own.flatMap(([name, value]) => [`--${name}`, value]), ...flags],
    stdio,
  );
  if (code !== 0) console.error(said);
  return code;
}
