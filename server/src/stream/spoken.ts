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
      session.hear(samplesOf(Buffer.from(message.data, 'base64')));
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
