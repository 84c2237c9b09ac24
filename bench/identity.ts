import { mean } from '@orator/core/inspect/signal';
import { openFaceNetworks, readClip } from '../server/src/inspect/clip.ts';
import { findFfmpeg } from '../server/src/media/ffmpeg.ts';
import { readPicture, readPictureBytes } from '../server/src/media/picture.ts';
import { openWorkshop, photographs, voices } from './material.ts';
import { make } from './orator.ts';
import { rounded } from './table.ts';

export const title =
  'Identity: likeness of the frames to the photo, by face descriptor (other people 0.53, 95 %; reach: issue 2)';

/** Makes a clip of every photographic portrait and compares its frames with the photo. */
export async function run(): Promise<Record<string, unknown>[]> {
  await using workshop = await openWorkshop();
  const tools = {
    ffmpeg: await findFfmpeg({ path: process.env.PATH ?? '' }),
    networks: await openFaceNetworks(),
    signal: new AbortController().signal,
  };
  const [voice] = await voices();
  const sound = await workshop.wav('speech.wav', voice!.pcm, voice!.rate);
  const clip = workshop.path('clip.mp4');
  const found: { name: string; likeness: readonly number[] }[] = [];
  for (const { name, path } of photographs()) {
    await make(workshop.path('data'), ['--image', path, '--audio', sound, '-o', clip]);
    const source = await readPicture(await readPictureBytes(path));
    found.push({ name, likeness: (await readClip(clip, tools, { source })).likeness });
  }
  const all = found.flatMap(({ likeness }) => likeness);
  return [
    ...found.map(({ name, likeness }) => row(`${name}, mean`, likeness)),
    { ...row('all portraits, mean', all), reach: '≥ 0.9' },
    { figure: 'all portraits, worst frame', value: rounded(Math.min(...all), 3), reach: '≥ 0.7' },
  ];
}

const row = (figure: string, values: readonly number[]) => ({
  figure,
  value: rounded(mean(values), 3),
  min: rounded(Math.min(...values), 3),
  max: rounded(Math.max(...values), 3),
});
