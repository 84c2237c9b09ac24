import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { runTool } from './tool.ts';

/** Has closures, round and spread vowels, a pause and a question in twelve seconds. */
const TEXT =
  'Hello! I am a drawing, made by a script in this repository. Nothing was downloaded to make me speak: ' +
  'the voice, the lips and every picture that you see were computed on your own machine, just now. ' +
  'Maybe you would like to give me a better face, and something more important to say?';

const { values } = parseArgs({
  options: {
    image: { type: 'string', default: 'fixtures/portrait.jpg' },
    text: { type: 'string', default: TEXT },
    output: { type: 'string', short: 'o', default: 'out/demo.mp4' },
    emotion: { type: 'string', default: 'happy:0.4@0,neutral@3,happy:0.5@9' },
  },
});
mkdirSync('out', { recursive: true });
const flags = Object.entries(values).flatMap(([name, value]) => [`--${name}`, value]);
const { code } = await runTool('orator', ['make', ...flags], 'inherit');
process.exitCode = code;
