import { mean } from '@orator/core/inspect/signal';
import type { TestPage } from '../../web/src/player/test-page.ts';

/** A face of which nothing but the mouth moves, so that points of the picture stay those of the mouth. */
export const STILL_HEAD = { max_size: 512, head_motion: 0, blink: 0, gaze: 'camera' };

/** How finely the picture is looked at. */
export const WIDE = 64;
export const HIGH = 80;

/** What happens while a page is watched; times in ms from its beginning. */
export interface Scene {
  readonly length: number;
  /** When the session is interrupted. */
  readonly interruptAt?: number;
}

/** What a page showed and gave out; times in ms since 1970. */
export interface Watched {
  /** When sound began to be heard after silence. */
  readonly heard: readonly number[];
  /** When it was heard last. */
  readonly lastHeard: number;
  readonly interrupted: number;
  /** When the picture was looked at. */
  readonly times: readonly number[];
  /** What was seen then: luminance of `WIDE` × `HIGH` points, one picture after another. */
  readonly pictures: Uint8Array;
}

/** What the page keeps beside the player. */
declare global {
  var tap: AnalyserNode | undefined;
}

/** Watches and hears the player of a page for a while. */
export async function watch({ page }: TestPage, { length, interruptAt }: Scene): Promise<Watched> {
  const { base64, ...rest } = await page.evaluate(
    async ([wide, high, whole, cutAt]) => {
      const quiet = 0.02;
      const heard: number[] = [];
      const times: number[] = [];
      const pictures: Uint8Array<ArrayBuffer>[] = [];
      let [lastHeard, interrupted] = [0, 0];
      const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
      const view = player.shadowRoot!.querySelector<HTMLCanvasElement | HTMLVideoElement>('canvas, video')!;
      if (!globalThis.tap) {
        const { sound } = player;
        const context = sound?.context ?? new AudioContext({ sampleRate: 24_000 });
        globalThis.tap = new AnalyserNode(context, { fftSize: 2048 });
        const heardOver = () => (view as HTMLVideoElement).srcObject as MediaStream;
        (sound ?? new MediaStreamAudioSourceNode(context as AudioContext, { mediaStream: heardOver() })).connect(
          globalThis.tap,
        );
      }
      const ear = globalThis.tap;
      const context = ear.context as AudioContext;
      const start = performance.now();
      const end = start + whole;
      const pen = new OffscreenCanvas(wide, high).getContext('2d', { willReadFrequently: true })!;
      const look = async () => {
        while (performance.now() < end) {
          await new Promise(requestAnimationFrame);
          pen.drawImage(view, 0, 0, wide, high);
          times.push(performance.now());
          const { data } = pen.getImageData(0, 0, wide, high);
          pictures.push(
            Uint8Array.from({ length: wide * high }, (_, k) => {
              return (data[4 * k]! + 2 * data[4 * k + 1]! + data[4 * k + 2]!) >> 2;
            }),
          );
        }
      };
      const listen = async () => {
        const latest = new Float32Array(ear.fftSize);
        let silences = 0;
        while (performance.now() < end) {
          await wait(4);
          ear.getFloatTimeDomainData(latest);
          const now = context.currentTime;
          const { contextTime = 0, performanceTime = 0 } = context.getOutputTimestamp();
          const timeOf = (k: number) => {
            return performanceTime + (now - (latest.length - k) / context.sampleRate - contextTime) * 1000;
          };
          const first = latest.findIndex((sample) => Math.abs(sample) > quiet);
          if (first < 0) silences++;
          else {
            if (silences > 2) heard.push(timeOf(first)); // the whole window was silent before: this is a beginning
            silences = 0;
            lastHeard = timeOf(latest.findLastIndex((sample) => Math.abs(sample) > quiet));
          }
        }
      };
      const interrupt = async () => {
        if (cutAt < 0) return;
        await wait(cutAt);
        interrupted = performance.now();
        player.interrupt();
      };
      await Promise.all([look(), listen(), interrupt()]);
      const base64 = await new Promise<string>((resolve) => {
        const reader = new FileReader();
        reader.onload = () => resolve(String(reader.result).split(',')[1]!);
        reader.readAsDataURL(new Blob(pictures));
      });
      const { timeOrigin } = performance;
      const dated = (time: number) => timeOrigin + time;
      return {
        heard: heard.map(dated),
        lastHeard: dated(lastHeard),
        interrupted: dated(interrupted),
        times: times.map(dated),
        base64,
      };
    },
    [WIDE, HIGH, length, interruptAt ?? -1] as const,
  );
  return { ...rest, pictures: Buffer.from(base64, 'base64') };
}

/** Pictures, by their indices, in which the mouth was shut and in which it was open. */
export interface ShutAndOpen {
  readonly shut: readonly number[];
  readonly open: readonly number[];
}

/** The points of the picture that become darkest where the mouth is open, as functions from a picture to how dark each is. */
export function mouthPointsOf({ pictures }: Watched, pairs: readonly ShutAndOpen[]): ((picture: number) => number)[] {
  const size = WIDE * HIGH;
  const dark = (point: number) => (picture: number) => -pictures[picture * size + point]!;
  const change = new Float64Array(size);
  for (const { shut, open } of pairs) {
    for (let point = 0; point < size; point++) {
      const at = dark(point);
      change[point]! += Math.max(0, Math.max(...open.map(at)) - mean(shut.map(at)));
    }
  }
  return [...change.keys()]
    .sort((a, b) => change[b]! - change[a]!)
    .slice(0, MOUTH_POINTS)
    .map(dark);
}

/** How far the mouth was open in each picture, in units of luminance, summed over its points. */
export function mouthOf(watched: Watched, pairs: readonly ShutAndOpen[]): number[] {
  const points = mouthPointsOf(watched, pairs);
  return watched.times.map((_, picture) => points.reduce((sum, at) => sum + at(picture), 0));
}

const MOUTH_POINTS = 24;
