import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { fps } from '@orator/core/base/units';
import { MotionPacker } from '@orator/core/live/motion-wire';
import type { LiveFrame } from '@orator/core/live/performance';
import { openLandmarker } from '../../server/src/runtime/landmarks.ts';
import { LiveSession, SOUND_RATE } from '../../server/src/stream/live-session.ts';
import { openSubject } from '../../server/src/studio/subject.ts';
import { loadVisemeModel } from '../../server/src/studio/viseme-model.ts';
import { createEspeakVoices } from '../../server/src/voices/espeak-voice.ts';
import { spoken } from '../live/voice.ts';
import { ROOT } from '../material.ts';
import { judge, rounded } from '../table.ts';
import { driftPerThousand } from './drift.ts';

const FPS = 25;
const SPEECH = 'Perhaps my mother brought a big basket of plums home, and then some more of them.';
/** One round of what happens, in frames: somebody speaks, it is silent, a text is said, another one is cut off. */
const ROUND = { listens: 12 * FPS, text: 16 * FPS, cutText: 26 * FPS, cut: 28 * FPS, length: 34 * FPS } as const;
const VOICE_MS = 4;
const ROUNDS_A_SAMPLE = 25;
const WARM_UP_SAMPLES = 2;

/** One session that lives for so many hours of its own time, as fast as this machine can: what it held, and whether all of it came. */
export async function liveLong(hours: number): Promise<Record<string, unknown>[]> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const folder = await mkdtemp(join(tmpdir(), 'orator-soak-live-'));
  let tick = () => {};
  let isHeard = false;
  const seen = { frames: 0, samples: 0, heard: 0, texts: 0, cut: 0, bytes: 0 };
  const packer = new MotionPacker();
  try {
    const [pcm, { weights }] = [await spoken(SPEECH), await loadVisemeModel()];
    const view = { size: 512, crop: 'auto', face: 'largest' } as const;
    const session = new LiveSession({
      ...{ id: 'soak', owner: 'soak', waits: false, weights, voices: createEspeakVoices() },
      voice: { voice: 'en-us' },
      subject: await openSubject(join(ROOT, 'fixtures/portrait.jpg'), view, { folder, openLandmarker }),
      motion: { fps: fps(FPS), seed: 1 },
      openBrush: () => {
        throw new Error('Nobody asked for pictures.');
      },
      onEnd: () => {},
      openClock: (_fps, called) => {
        tick = called;
        return { hurry: () => {}, [Symbol.dispose]: () => {} };
      },
    });
    session.watch({
      frame: (frame: LiveFrame) => {
        seen.frames++;
        seen.samples += frame.pcm.length;
        isHeard = frame.position !== null;
        if (isHeard) seen.heard++;
        seen.bytes += packer.pack(frame.pose, frame.index % 250 === 0).length;
        for (const event of frame.events) {
          if (event.type !== 'ended') continue;
          if (event.how === 'interrupted') seen.cut++;
          else if (event.how === 'said') seen.texts++;
        }
      },
      ended: () => {},
    });
    const total = Math.round(hours * 3600 * FPS);
    const samples: { readonly jobs: number; readonly value: number }[] = [];
    for (let frame = 0; frame < total; frame++) {
      await act(session, frame % ROUND.length, pcm);
      tick();
      await new Promise(setImmediate);
      if (session.isBusy && !isHeard) await pause(VOICE_MS); // a voice needs its time, which no clock can hurry
      if ((frame + 1) % (ROUND.length * ROUNDS_A_SAMPLE) !== 0) continue;
      collect();
      const value = process.memoryUsage().heapUsed / 1e6;
      samples.push({ jobs: frame / FPS / 3.6, value });
      console.log(
        `${(frame / FPS / 3600).toFixed(2).padStart(6)} h: heap ${value.toFixed(1)} MB, ${JSON.stringify(seen)}`,
      );
    }
    session.end({ type: 'completed' });
    const drift = ((seen.samples / SOUND_RATE - seen.frames / FPS) * 1000) / hours;
    return [
      { figure: 'frames that are missing', value: total - seen.frames, reach: '≤ 0' },
      { figure: 'sound against picture, drift, ms an hour', value: rounded(Math.abs(drift), 3), reach: '≤ 1' },
      {
        figure: 'heap, growth an hour, MB',
        value: rounded(driftPerThousand(samples.slice(WARM_UP_SAMPLES)), 2),
        reach: '≤ 1',
      },
      { figure: 'motion, bytes a second', value: rounded((seen.bytes * FPS) / seen.frames, 0), reach: '≤ 4096' },
      { figure: 'utterances said to their end', value: seen.texts },
      { figure: 'utterances that were cut off', value: seen.cut },
      { figure: 'share of the time in which something is heard', value: rounded(seen.heard / seen.frames, 2) },
    ].map(judge);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What happens in a frame of a round. */
async function act(session: LiveSession, frame: number, pcm: Float32Array): Promise<void> {
  const part = 16_000 / FPS;
  const from = frame * part;
  if (frame < ROUND.listens && from + part <= pcm.length) session.hear(pcm.subarray(from, from + part));
  else if (frame === ROUND.listens) session.endSound();
  else if (frame === ROUND.text || frame === ROUND.cutText) await session.say(SPEECH);
  else if (frame === ROUND.cut) session.interrupt();
}
