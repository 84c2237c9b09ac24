import { LONG_SECONDS, longClip, MEMORY_MS } from './long-clip.ts';
import { looped, openWorkshop, photographs, voices } from './material.ts';
import { make } from './orator.ts';
import { rounded } from './table.ts';

export const title =
  'Memory of the whole process tree at 512², shared pages counted once, read every 200 ms (reach: issue 2)';

const SHORT_SECONDS = 10;

/** Makes a clip of ten seconds and one of ten minutes. */
export async function run(): Promise<Record<string, unknown>[]> {
  await using workshop = await openWorkshop();
  const [voice] = await voices();
  const [portrait] = photographs();
  const sound = await workshop.wav('short.wav', looped(voice!, SHORT_SECONDS), voice!.rate);
  const args = ['--image', portrait!.path, '--audio', sound, '--crop', 'square', '-o', workshop.path('short.mp4')];
  const short = await make(workshop.path('data'), args, { memoryMs: MEMORY_MS });
  const long = await longClip();
  if (short.peakMegabytes === null || long.run.peakMegabytes === null) return [];
  const difference = Math.abs(long.run.peakMegabytes / short.peakMegabytes - 1) * 100;
  return [
    peak(`peak, ${SHORT_SECONDS} s of speech, new photo, MB`, short.peakMegabytes),
    peak(`peak, ${LONG_SECONDS} s of speech, new photo, MB`, long.run.peakMegabytes),
    { figure: 'difference, %', value: rounded(difference, 1), reach: '≤ 10' },
  ];
}

const peak = (figure: string, megabytes: number) => ({ figure, value: rounded(megabytes, 0), reach: '≤ 700' });
