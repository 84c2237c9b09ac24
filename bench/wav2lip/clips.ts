import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FACE_SIZES } from '@orator/core/models/networks/wav2lip';
import { makeFaceVideo } from '../../server/src/studio/video/test-face-video.ts';
import { looped, TESTDATA, voices, type Workshop } from '../material.ts';
import { make, type Run } from '../orator.ts';
import { rounded } from '../table.ts';
import { MODEL } from './weights.ts';

const SECONDS = 10;
const LONG_SECONDS = 300;
/** Fewer frames a second, so that five minutes of them are done within a coffee. */
const LONG_FPS = '10';
const MEMORY_MS = 200;

/** Whole clips of a video of a person: frames per second with each stage, and whether memory grows with the length. */
export async function measureClips(workshop: Workshop, models: string): Promise<Record<string, unknown>[]> {
  const [voice] = await voices();
  const video = await personVideo(workshop);
  const data = workshop.path('data');
  process.env.ORATOR_MODELS = models;
  const clip = (sound: string, args: readonly string[]) =>
    make(data, ['--engine', 'wav2lip', '--video', video, '--audio', sound, '-o', workshop.path('clip.mp4'), ...args], {
      memoryMs: MEMORY_MS,
    });
  const short = await workshop.wav('short.wav', looped(voice!, SECONDS), voice!.rate);
  const long = await workshop.wav('long.wav', looped(voice!, LONG_SECONDS), voice!.rate);
  const rows: Record<string, unknown>[] = [];
  for (const size of FACE_SIZES) {
    const run = await clip(short, ['--model', MODEL[size], '--size', '720p']);
    const { frames } = run.receipt.clip;
    rows.push({
      figure: `whole clip, network of ${size}, ${SECONDS} s of 720p, frames/s`,
      value: rounded(frames / run.seconds, 2),
      stages: stagesOf(run),
    });
  }
  const peaks: number[] = [];
  for (const [sound, seconds] of [
    [short, SECONDS],
    [long, LONG_SECONDS],
  ] as const) {
    const { peakMegabytes } = await clip(sound, ['--model', MODEL[96], '--fps', LONG_FPS, '--size', '512']);
    if (peakMegabytes === null) return rows;
    peaks.push(peakMegabytes);
    rows.push({ figure: `peak, ${seconds} s at ${LONG_FPS} fps, MB`, value: rounded(peakMegabytes, 0) });
  }
  const growth = (peaks[1]! / peaks[0]! - 1) * 100;
  rows.push({ figure: 'growth of memory with the length, %', value: rounded(growth, 1), reach: '≤ 10' });
  return rows;
}

/** A real video where there is one; else the drawn portrait, moving. */
async function personVideo(workshop: Workshop): Promise<string> {
  const real = join(TESTDATA, 'video', 'talk_woman_seated_720x1280.mp4');
  if (existsSync(real)) return real;
  const drawn = workshop.path('person.mp4');
  await makeFaceVideo(drawn, { seconds: 2 });
  return drawn;
}

/** Milliseconds that each stage was busy for one frame. */
function stagesOf({ receipt }: Run): string {
  const { frames } = receipt.clip;
  return Object.entries(receipt.timings)
    .map(([stage, seconds]) => `${stage} ${rounded((seconds * 1000) / frames, 1)} ms`)
    .join(', ');
}
