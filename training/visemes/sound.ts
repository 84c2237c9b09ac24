import { normal, type Random } from '@orator/core/base/random';
import { FEATURE_RATE } from '@orator/core/speech/visemes/features';

/** Zero crossings of the low-pass on each side of a sample: -60 dB at the fold, and fast enough for hours of speech. */
const LOBES = 12;

/**
 * Converts to 16 kHz, played `factor` times faster: pitch, formants and tempo move together.
 * A windowed-sinc low-pass keeps everything above the new Nyquist out.
 */
export function resampleTo16k(pcm: Float32Array, rate: number, factor = 1): Float32Array {
  const step = (rate * factor) / FEATURE_RATE;
  const out = new Float32Array(Math.floor(pcm.length / step));
  const cutoff = Math.min(1, 1 / step) * 0.97;
  const reach = LOBES / cutoff;
  for (let i = 0; i < out.length; i++) {
    const centre = i * step;
    const from = Math.max(0, Math.ceil(centre - reach));
    const to = Math.min(pcm.length - 1, Math.floor(centre + reach));
    let sum = 0;
    for (let k = from; k <= to; k++) {
      const x = k - centre;
      const sinc = x === 0 ? cutoff : Math.sin(Math.PI * cutoff * x) / (Math.PI * x);
      sum += pcm[k]! * sinc * (0.5 + 0.5 * Math.cos((Math.PI * x) / reach));
    }
    out[i] = sum;
  }
  return out;
}

/**
 * A room of the given reverberation time: the direct sound and 1500 sparse echoes a second that fall by 60 dB over it.
 * Sparse echoes of random sign sound and measure like dense noise, and cost a tenth.
 */
export function reverberate(pcm: Float32Array, seconds: number, wet: number, random: Random): Float32Array {
  const out = Float32Array.from(pcm);
  const length = Math.floor(seconds * FEATURE_RATE);
  const count = Math.floor(seconds * 1500);
  const gain = wet / Math.sqrt(count);
  for (let echo = 0; echo < count; echo++) {
    const delay = 1 + Math.floor(random() * length);
    const level = (random() < 0.5 ? -gain : gain) * 10 ** ((-3 * delay) / length);
    for (let i = delay; i < out.length; i++) out[i] = out[i]! + level * pcm[i - delay]!;
  }
  return out;
}

/** Scales in place to -26 dB below full scale, root mean square. Silence stays silent. */
export function normaliseLevel(pcm: Float32Array): Float32Array {
  let power = 0;
  for (const x of pcm) power += x * x;
  const gain = power === 0 ? 1 : 10 ** (-26 / 20) / Math.sqrt(power / pcm.length);
  for (let i = 0; i < pcm.length; i++) pcm[i] = pcm[i]! * gain;
  return pcm;
}

/** Aspiration: noise that follows the envelope of the voice, for speakers breathier than the synthesiser. */
export function breathe(pcm: Float32Array, level: number, random: Random): Float32Array {
  let envelope = 0;
  let last = 0;
  for (let i = 0; i < pcm.length; i++) {
    envelope += 0.01 * (Math.abs(pcm[i]!) - envelope); // 6 ms
    const noise = normal(random);
    pcm[i] = pcm[i]! + level * envelope * (noise - 0.7 * last); // tilted up, as breath is
    last = noise;
  }
  return pcm;
}
