import { mkdirSync, writeFileSync } from 'node:fs';
import { COMMAND_PAGE, commandPage } from './command-page.ts';
import { writeContactSheet } from './contact-sheet.ts';
import { DEMO_CLIP, makeDemo } from './demo-clip.ts';
import { makeTour } from './tour.ts';

/** Moments of the demo that show a rest, round, wide and open vowels, a closure and a blink, in seconds. */
const MOMENTS = [0.04, 0.56, 1.24, 4.4, 7.8];

mkdirSync('docs/images', { recursive: true });
writeFileSync(COMMAND_PAGE, await commandPage());
process.exitCode = await makeDemo(['--size', '720p'], 'pipe');
if (process.exitCode === 0) {
  await writeContactSheet(DEMO_CLIP, MOMENTS, 'docs/images/demo.jpg');
  await makeTour();
}
