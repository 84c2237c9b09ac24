import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { measureClip, openFaceNetworks } from '../server/src/inspect/clip.ts';
import { findFfmpeg } from '../server/src/media/ffmpeg.ts';
import { openWorkshop, TESTDATA } from './material.ts';
import { rounded } from './table.ts';

export const title =
  'Calibration: the measures on real clips, on a still picture, and on the wrong sound (bands of specs/lifelike.md)';

const CLIPS = ['talk_woman_seated_720x1280.mp4', 'talk_man_seated_gestures_720x1280.mp4'] as const;

/** Measures real clips as they are, with the other's sound, and frozen. */
export async function run(): Promise<Record<string, unknown>[]> {
  const [woman, man] = CLIPS.map((file) => join(TESTDATA, 'video', file));
  if (!woman || !man || !existsSync(woman)) return [];
  await using workshop = await openWorkshop();
  const ffmpeg = await findFfmpeg({ path: process.env.PATH ?? '' });
  const tools = { ffmpeg, networks: await openFaceNetworks(), signal: new AbortController().signal };
  const out = workshop.path('clip.mp4');
  const edit = async (...args: string[]) => {
    await promisify(execFile)(ffmpeg.path, ['-v', 'error', '-y', ...args, '-shortest', out]);
    return out;
  };
  const swapped = (picture: string, sound: string) =>
    edit('-i', picture, '-i', sound, '-map', '0:v', '-map', '1:a', '-c', 'copy');
  const frozen = async (path: string) => {
    const still = workshop.path('still.png');
    await promisify(execFile)(ffmpeg.path, ['-v', 'error', '-y', '-i', path, '-frames:v', '1', still]);
    return edit(
      '-loop',
      '1',
      '-framerate',
      '25',
      '-i',
      still,
      '-i',
      path,
      '-map',
      '0:v',
      '-map',
      '1:a',
      '-c:a',
      'copy',
    );
  };
  const cases: readonly { clip: string; good: boolean; make: () => Promise<string> }[] = [
    { clip: 'woman, as she is', good: true, make: () => Promise.resolve(woman) },
    { clip: 'man, as he is', good: true, make: () => Promise.resolve(man) },
    { clip: "woman, the man's sound", good: false, make: () => swapped(woman, man) },
    { clip: "man, the woman's sound", good: false, make: () => swapped(man, woman) },
    { clip: 'woman, still picture', good: false, make: () => frozen(woman) },
    { clip: 'man, still picture', good: false, make: () => frozen(man) },
  ];
  const rows: Record<string, unknown>[] = [];
  for (const { clip, good, make } of cases) {
    const figures = await measureClip(await make(), tools);
    const both = Math.min((figures.follow ?? 0) / 0.31, (figures.beyondLoudness ?? 0) / 0.35);
    rows.push({
      clip,
      follow: rounded(figures.follow ?? 0, 2),
      beyondLoudness: rounded(figures.beyondLoudness ?? 0, 2),
      lag: figures.lag,
      openingDeviation: rounded(figures.openingDeviation ?? 0, 3),
      headRotation: rounded(figures.headRotation ?? 0, 1),
      figure: 'lower of follow / 0.31 and beyond / 0.35',
      value: rounded(both, 2),
      reach: good ? '≥ 1' : '≤ 0.9',
    });
  }
  return rows;
}
