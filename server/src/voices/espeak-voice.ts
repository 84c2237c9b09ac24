import { OratorError } from '@orator/core/base/errors';
import { checkReadable } from '@orator/core/speech/script/readable';
import { type ReadScript, readScript } from '@orator/core/speech/script/ssml';
import type { Speech } from '@orator/core/speech/speech';
import type { SpeakOptions, Voice } from '@orator/core/speech/voice';
import { clausesFrom, type SpokenClause } from './espeak-clauses.ts';
import type { EspeakRequest } from './espeak-protocol.ts';
import { runEspeak } from './espeak-run.ts';
import { speechFrom } from './espeak-speech.ts';
import { type ChosenVoice, chooseVoice, infoOf, type VoiceList } from './voice-choice.ts';

/** The built-in synthesiser: it can also say how a text is pronounced, without sound. */
export interface EspeakVoices extends Voice {
  /** The phones, words and sentences of a script on the clock of the voice, clause by clause. @throws what `speak` throws. */
  pronounce(script: string, options: SpeakOptions, signal: AbortSignal): AsyncIterable<SpokenClause>;
}

/** Words per minute at rate 1, as the synthesiser has it. */
const WORDS_PER_MINUTE = 175;
const RANGES = { rate: [0.5, 2], pitch: [0, 2], volume: [0, 2] } as const;

/** Opens the built-in voices. Nothing runs until something is asked; each script is spoken by a process of its own. */
export function createEspeakVoices(): EspeakVoices {
  let listed: Promise<VoiceList> | undefined;
  const list = () => {
    listed ??= readVoices().catch((thrown) => {
      listed = undefined; // the next caller tries again
      throw thrown;
    });
    return listed;
  };
  const plan = async (script: string, options: SpeakOptions) => {
    checkOptions(options);
    const read = readScript(script);
    const voice = chooseVoice(options.voice, await list());
    checkReadable(read.words, voice);
    return { read, voice };
  };
  const clauses = (script: string, options: SpeakOptions, { read, voice }: Plan, sound: boolean, signal: AbortSignal) =>
    clausesFrom(runEspeak(requestFor(read, voice, options, sound), signal), read.ssml, script.length);
  return {
    voices: async () => infoOf(await list()),
    check: async (script, options) => void (await plan(script, options)),
    async *speak(script, options, signal): Speech {
      yield* speechFrom(clauses(script, options, await plan(script, options), true, signal));
    },
    async *pronounce(script, options, signal) {
      yield* clauses(script, options, await plan(script, options), false, signal);
    },
  };
}

interface Plan {
  readonly read: ReadScript;
  readonly voice: ChosenVoice;
}

function requestFor(read: ReadScript, voice: ChosenVoice, options: SpeakOptions, sound: boolean): EspeakRequest {
  const { rate = 1, pitch = 1, volume = 1 } = options;
  return {
    task: 'speak',
    voice: voice.identifier,
    ssml: read.ssml.text,
    rate: Math.round(rate * WORDS_PER_MINUTE),
    pitch: Math.min(99, Math.round(pitch * 50)),
    volume: Math.round(volume * 100),
    sound,
  };
}

function checkOptions(options: SpeakOptions): void {
  for (const [name, [low, high]] of Object.entries(RANGES)) {
    const value = options[name as keyof typeof RANGES] ?? 1;
    if (!(value >= low && value <= high)) {
      throw new OratorError('request/invalid', `${name} must be from ${low} to ${high}, not ${value}.`);
    }
  }
}

async function readVoices(): Promise<VoiceList> {
  for await (const { answer } of runEspeak({ task: 'voices' }, new AbortController().signal)) {
    if (answer.type === 'voices') return answer;
  }
  throw new OratorError('voice/failed', 'The built-in voice did not list its voices. Run: orator doctor');
}
