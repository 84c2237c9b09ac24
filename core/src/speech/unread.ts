import type { AudioChunk } from '../media/audio-chunk.ts';
import type { Speech } from './speech.ts';

/** Speech for those who hear the sound themselves: nobody looks for mouth shapes in it. */
export async function* unreadSpeech(sound: AsyncIterable<AudioChunk>): Speech {
  for await (const audio of sound) yield { audio, spans: [], marks: [] };
}
