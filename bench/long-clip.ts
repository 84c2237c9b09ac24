import { rmSync } from 'node:fs';
import { looped, openWorkshop, photographs, voices } from './material.ts';
import { make, type Run } from './orator.ts';

/** A clip of ten minutes, with what making it took. */
export interface LongClip {
  readonly path: string;
  readonly sound: { readonly pcm: Float32Array; readonly rate: number };
  readonly run: Run;
}

/** Length of the long clip, in seconds. */
export const LONG_SECONDS = 600;
/** How often the memory of the running command is read. */
export const MEMORY_MS = 200;

let made: Promise<LongClip> | undefined;

/** Makes the long clip at 512² when it is first asked for: two benchmarks look at it. */
export function longClip(): Promise<LongClip> {
  made ??= makeLong();
  return made;
}

async function makeLong(): Promise<LongClip> {
  const workshop = await openWorkshop();
  process.once('exit', () => rmSync(workshop.path('.'), { recursive: true, force: true })); // two benchmarks use it
  const [voice] = await voices();
  const [portrait] = photographs();
  const pcm = looped(voice!, LONG_SECONDS);
  const sound = await workshop.wav('long.wav', pcm, voice!.rate);
  const path = workshop.path('long.mp4');
  const args = ['--image', portrait!.path, '--audio', sound, '--crop', 'square', '-o', path];
  const run = await make(workshop.path('data'), args, { memoryMs: MEMORY_MS });
  return { path, sound: { pcm, rate: voice!.rate }, run };
}
