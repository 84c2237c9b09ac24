import { OratorError } from '@orator/core/base/errors';
import { hertz } from '@orator/core/base/units';
import { writeWav } from '@orator/core/media/wav';

/** Below this a recording counts as silent: -50 dB. */
const SILENT = 0.003;
/** A recording is kept at this rate when it is cut, Hz: more than the lips and the ear need of a voice. */
const RATE = 48_000;

/**
 * Decodes a recording, or the sound of a video.
 * @throws {OratorError} `audio/unreadable`, `audio/silent`
 */
export async function readSound(file: Blob): Promise<AudioBuffer> {
  const context = new OfflineAudioContext(1, 1, RATE);
  const sound = await context.decodeAudioData(await file.arrayBuffer()).catch((cause: unknown) => {
    throw new OratorError('audio/unreadable', 'This browser hears nothing in the file. Use MP3, WAV, M4A or OGG.', {
      cause,
    });
  });
  if (!levelsOf(sound, 64).some((level) => level > SILENT)) {
    throw new OratorError(
      'audio/silent',
      'Nothing is heard in this recording. Check the microphone, or use another file.',
    );
  }
  return sound;
}

/** How loud a recording is along its length: the peaks of `count` parts, 0..1. */
export function levelsOf(sound: AudioBuffer, count: number): readonly number[] {
  const pcm = sound.getChannelData(0);
  const size = pcm.length / count;
  return Array.from({ length: count }, (_, part) => {
    let peak = 0;
    for (let k = Math.floor(part * size); k < (part + 1) * size && k < pcm.length; k++) {
      peak = Math.max(peak, Math.abs(pcm[k]!));
    }
    return peak;
  });
}

/** The part of a recording from one second to another, as a WAV file. */
export function cutSound(sound: AudioBuffer, from: number, to: number, name: string): File {
  const [first, end] = [from, to].map((at) => Math.round(at * sound.sampleRate));
  const mixed = new Float32Array(Math.max(1, end! - first!));
  for (let channel = 0; channel < sound.numberOfChannels; channel++) {
    const pcm = sound.getChannelData(channel).subarray(first, end);
    for (let k = 0; k < pcm.length; k++) mixed[k]! += pcm[k]! / sound.numberOfChannels;
  }
  const wav = writeWav(mixed, hertz(sound.sampleRate));
  return new File([wav], `${name.replace(/\.\w+$/, '')}.wav`, { type: 'audio/wav' });
}
