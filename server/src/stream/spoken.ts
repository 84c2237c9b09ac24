import { OratorError } from '@orator/core/base/errors';
import { type ClientMessage, emotionOf } from './client-message.ts';
import type { LiveSession } from './live-session.ts';
import { samplesOf } from './live-sound.ts';
import type { Message } from './news.ts';

/** What may be said through a session, over any door. */
export type Spoken = Extract<ClientMessage, { type: 'audio_chunk' | 'text' | 'interrupt' | 'config' }>;

/** Does what somebody asks a session for; gives what is answered, if anything. @throws {OratorError} as the session does. */
export async function speakThrough(session: LiveSession, message: Spoken): Promise<Message | undefined> {
  switch (message.type) {
    case 'audio_chunk':
      session.hear(samplesOf(bytesOf(message.data)), message.sample_rate);
      return undefined;
    case 'text': {
      if (message.interrupt) session.interrupt();
      const utterance = await session.say(message.text, message.voice === undefined ? {} : { voice: message.voice });
      return { type: 'queued', utterance };
    }
    case 'interrupt':
      session.interrupt();
      return undefined;
    case 'config': {
      const { intensity = 0.5, gaze } = message.config;
      const emotion = emotionOf(message.config);
      if (emotion) session.feel(emotion, intensity);
      if (gaze) session.look(gaze);
      return undefined;
    }
  }
}

/** @throws {OratorError} `request/invalid` for what is not base64. */
function bytesOf(base64: string): Uint8Array {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length === Buffer.byteLength(base64, 'base64')) return bytes;
  throw new OratorError('request/invalid', 'The data of a chunk of sound is not base64.');
}
