import { OratorError } from '@orator/core/base/errors';
import { checkReadable } from '@orator/core/speech/script/readable';
import { type ReadScript, readPassages, readScript } from '@orator/core/speech/script/ssml';
import type { SpeakOptions, Voice } from '@orator/core/speech/voice';
import { EspeakChild } from './espeak-child.ts';
import { clausesFrom, oneByOne } from './espeak-clauses.ts';
import type { EspeakPool } from './espeak-pool.ts';
import type { EspeakRequest } from './espeak-protocol.ts';
import { speechFrom } from './espeak-speech.ts';
import { type ChosenVoice, chooseVoice, infoOf, type VoiceList } from './voice-choice.ts';

/** Words per minute at rate 1, as the synthesiser has it. */
const WORDS_PER_MINUTE = 175;
const RANGES = { rate: [0.5, 2], pitch: [0, 2], volume: [0, 2] } as const;

/** What a pool speaks at once of a text at most, characters: half a minute or so, 1.5 MB of sound. */
const PASSAGE = 500;
/** What it speaks at once of SSML, which is not cut. */
const MOST_TO_POOL = 2000;

/**
 * Opens the built-in voices. Nothing runs until something is asked. Each script is spoken by a process of its own, as fast as it is read.
 * Where there is a `pool` it speaks passage by passage, all but long SSML, and the processes give way to the one that asks.
 */
export function createEspeakVoices(pool?: EspeakPool): Voice {
  let list: Promise<VoiceList> | undefined;
  /** However many ask at once, one process lists the voices. */
  const listed = () => {
    list ??= listApart().catch((error: unknown) => {
      list = undefined;
      throw error;
    });
    return list;
  };
  /** The same by a process that is there already. */
  const listedBy = async (child: EspeakChild) => {
    if (list) return list;
    const found = await readVoices(child);
    list ??= Promise.resolve(found);
    return found;
  };
  const say = async function* (script: string, options: SpeakOptions, sound: boolean, signal: AbortSignal) {
    const whole = readAll(script, options);
    const request = ({ ssml }: ReadScript, voice: ChosenVoice) => requestFor(ssml.text, voice, options, sound);
    const passages = pool ? readPassages(script, PASSAGE) : [];
    if (pool && passages.every(({ ssml }) => ssml.length <= MOST_TO_POOL)) {
      const voice = voiceFor(whole, options, await listed());
      yield* oneByOne(passages, (passage) => clausesFrom(pool.ask(request(passage, voice), signal), passage));
      return;
    }
    await using child = new EspeakChild(signal);
    if (pool) child.giveWay();
    const voice = voiceFor(whole, options, await listedBy(child));
    yield* clausesFrom(child.ask(request(whole, voice)), whole);
  };
  return {
    voices: async () => infoOf(await listed()),
    check: async (script, options) => {
      voiceFor(readAll(script, options), options, await listed());
    },
    speak: (script, options, signal) => speechFrom(say(script, options, true, signal)),
    pronounce: (script, options, signal) => say(script, options, false, signal),
  };
}

function readAll(script: string, options: SpeakOptions): ReadScript {
  checkOptions(options);
  return readScript(script);
}

function voiceFor(read: ReadScript, options: SpeakOptions, list: VoiceList): ChosenVoice {
  const voice = chooseVoice(options.voice, list);
  checkReadable(read.words, voice);
  return voice;
}

function requestFor(ssml: string, voice: ChosenVoice, options: SpeakOptions, sound: boolean): EspeakRequest {
  const { rate = 1, pitch = 1, volume = 1 } = options;
  return {
    task: 'speak',
    voice: voice.identifier,
    ssml,
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

async function listApart(): Promise<VoiceList> {
  await using child = new EspeakChild(new AbortController().signal);
  return await readVoices(child); // the child must live until it has answered
}

async function readVoices(child: EspeakChild): Promise<VoiceList> {
  for await (const { answer } of child.ask({ task: 'voices' })) if (answer.type === 'voices') return answer;
  throw new OratorError('voice/failed', 'The built-in voice did not list its voices. Run: orator doctor');
}
