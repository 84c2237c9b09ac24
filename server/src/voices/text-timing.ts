import type { AudioChunk } from '@orator/core/media/audio-chunk';
import { speechByText, type TextWarning } from '@orator/core/speech/align/by-text';
import type { Speech } from '@orator/core/speech/speech';
import type { VisemeWeights } from '@orator/core/speech/visemes/weights';
import type { SpeakOptions, Voice } from '@orator/core/speech/voice';

/** What is known of a recording whose words are known. */
export interface KnownText {
  readonly text: string;
  /** Whose pronunciation is taken; only the language matters. */
  readonly voice: SpeakOptions['voice'];
  readonly voices: Voice;
  readonly weights: VisemeWeights;
  /** Told at the end of the speech, before its last chunk, where text and sound do not fit. */
  readonly warn: TextWarning;
}

/**
 * Speech from a recording, of any rate and length, and its words.
 * @throws {OratorError} `voice/unknown`, `text/unspeakable`, `request/invalid`, `voice/failed`; what the sound throws.
 */
export function timedByText(sound: AsyncIterable<AudioChunk>, known: KnownText, signal: AbortSignal): Speech {
  const pronunciation = known.voices.pronounce(known.text, { voice: known.voice }, signal);
  return speechByText(sound, pronunciation, known.weights, known.warn);
}
