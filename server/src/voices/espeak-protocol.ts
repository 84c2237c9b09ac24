/** What the synthesiser's process is asked on its standard input, one thing after another. */
export type EspeakRequest =
  | { readonly task: 'voices' }
  | {
      readonly task: 'speak';
      /** Identifier of a voice as `voices` gave it, with `+variant` where wanted. */
      readonly voice: string;
      readonly ssml: string;
      /** Words per minute, 80..450. */
      readonly rate: number;
      /** 0..99, 50 is the voice's own. */
      readonly pitch: number;
      /** 0..200, 100 is the voice's own. */
      readonly volume: number;
      /** Without sound only the events come. */
      readonly sound: boolean;
    };

/** One thing that happens in the sound. */
export interface EspeakEvent {
  readonly type: 'sentence' | 'word' | 'phone' | 'end';
  /** Milliseconds of sound since the beginning. */
  readonly at: number;
  /** Position in the SSML in characters, from 1. */
  readonly position: number;
  /** Characters of the word. */
  readonly length: number;
  /** The phone in IPA; empty for a pause. */
  readonly phone: string;
}

/** A voice as the synthesiser describes it. */
export interface EspeakVoice {
  readonly identifier: string;
  readonly name: string;
  readonly languages: readonly string[];
}

/** What the process answers. To `speak`: the sound clause by clause with what begins in each, then `done`; or `failed` where the voice cannot be loaded. */
export type EspeakAnswer =
  | { readonly type: 'voices'; readonly voices: readonly EspeakVoice[]; readonly variants: readonly string[] }
  | { readonly type: 'sound'; readonly rate: number; readonly samples: number; readonly events: readonly EspeakEvent[] }
  | { readonly type: 'done' }
  | { readonly type: 'failed' };

/** Bytes before each message: length of its JSON, then length of the sound behind that, both as 32-bit little-endian. */
export const HEADER_BYTES = 8;

/** One message as bytes: header, JSON in UTF-8, then 16-bit little-endian mono samples. */
export function encodeMessage(message: EspeakRequest | EspeakAnswer, pcm: Uint8Array = new Uint8Array(0)): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(message));
  const bytes = new Uint8Array(HEADER_BYTES + json.length + pcm.length);
  const header = new DataView(bytes.buffer);
  header.setUint32(0, json.length, true);
  header.setUint32(4, pcm.length, true);
  bytes.set(json, HEADER_BYTES);
  bytes.set(pcm, HEADER_BYTES + json.length);
  return bytes;
}
