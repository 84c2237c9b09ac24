import { type Hertz, hertz } from '@orator/core/base/units';
import { int16Of } from '@orator/core/media/int16';
import { Resampler } from '@orator/core/media/resample';
import { SoundGate } from '@orator/core/media/sound-gate';
import earsProgram from './ears.js?url';

/** What sessions take, samples per second. */
const RATE = hertz(16_000);
/** Sound is sent in such parts, samples: 20 ms. */
const PART = 320;

/** Gives what a microphone hears as 16-bit samples at 16 kHz, in small parts, nothing while it is silent; until it is disposed. */
export async function openMicrophone(
  microphone: MediaStream,
  heard: (part: Int16Array<ArrayBuffer>) => void,
): Promise<Disposable> {
  const context = new AudioContext(); // at the microphone's own rate, which not all browsers change
  await context.audioWorklet.addModule(earsProgram);
  const node = new AudioWorkletNode(context, 'orator-ears', { numberOfOutputs: 0, channelCount: 1 });
  const parts = new PartMaker(hertz(context.sampleRate), heard);
  node.port.addEventListener('message', ({ data }: MessageEvent<Float32Array>) => parts.push(data));
  node.port.start();
  context.createMediaStreamSource(microphone).connect(node);
  return {
    [Symbol.dispose]() {
      node.port.close();
      context.close().catch(() => {}); // it was closed already
    },
  };
}

/** Cuts a stream of samples into parts of the rate and length that are sent, and keeps silence back. */
class PartMaker {
  readonly #resampler: Resampler;
  readonly #gate = new SoundGate(RATE);
  readonly #heard: (part: Int16Array<ArrayBuffer>) => void;
  #part = new Float32Array(PART);
  #filled = 0;

  constructor(rate: Hertz, heard: (part: Int16Array<ArrayBuffer>) => void) {
    this.#resampler = new Resampler(rate, RATE);
    this.#heard = heard;
  }

  push(samples: Float32Array): void {
    for (const sample of this.#resampler.push(samples)) {
      this.#part[this.#filled++] = sample;
      if (this.#filled < PART) continue;
      for (const part of this.#gate.pass(this.#part).heard) this.#heard(int16Of(part));
      this.#part = new Float32Array(PART);
      this.#filled = 0;
    }
  }
}
