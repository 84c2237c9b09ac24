import { fps } from '@orator/core/base/units';
import {
  syntheticPlacement,
  syntheticPortrait,
  syntheticStill,
} from '@orator/core/engines/portrait/synthetic-portrait';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { loadVisemeModel } from '../studio/viseme-model.ts';
import { createEspeakVoices } from '../voices/espeak-voice.ts';
import { LiveSession } from './live-session.ts';
import { Sessions } from './sessions.ts';
import type { Viewer } from './viewer.ts';

const { weights } = await loadVisemeModel();
const voices = createEspeakVoices();
const subject = {
  prepared: syntheticPortrait(),
  still: syntheticStill(),
  placement: syntheticPlacement,
  ...{ sha256: '', bytes: 0, warnings: [], models: [] },
};

let sessions: Sessions;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'] });
  sessions = new Sessions(3);
});
afterEach(async () => {
  await sessions[Symbol.asyncDispose]();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

let count = 0;
function begin(owner = 'one'): LiveSession {
  using place = sessions.reserve(owner, 2);
  const session: LiveSession = new LiveSession({
    ...{ id: `session-${count++}`, owner, subject, voices, weights, waits: false },
    motion: { fps: fps(25), seed: 1, headMotion: 1, gaze: 'natural', blink: 1, emotions: [] },
    voice: { voice: 'en-us', rate: 1, pitch: 1, volume: 1 },
    openBrush: () => {
      throw new Error('Nobody wants pictures.');
    },
    onEnd: () => sessions.left(session),
  });
  place.fill(session);
  return session;
}
const viewer = () => {
  const seen = { frames: 0, why: '' };
  const watching: Viewer = {
    frame: () => seen.frames++,
    ended: (reason) => {
      seen.why = reason.type === 'stopped' ? reason.words : reason.type;
    },
  };
  return { seen, watching };
};

test('a session whose viewer has vanished waits for another one for 30 s, and no longer', () => {
  const session = begin();
  const { seen, watching } = viewer();
  const handle = session.watch(watching);
  vi.advanceTimersByTime(60_000);
  expect(seen.frames).toBeGreaterThanOrEqual(1499);
  handle[Symbol.dispose]();
  vi.advanceTimersByTime(29_000);
  expect(sessions.active).toBe(1);
  const { seen: again, watching: back } = viewer();
  session.watch(back)[Symbol.dispose]();
  vi.advanceTimersByTime(29_000);
  expect(sessions.active).toBe(1);
  vi.advanceTimersByTime(3000);
  expect(sessions.active).toBe(0);
  expect([seen.why, again.why]).toEqual(['', '']);
  expect(() => session.watch(back)).toThrow('over');
});

test('one that is watched and never spoken to is over after five minutes; silence that is sent is speech', () => {
  const [quiet, heard] = [begin(), begin()];
  const { seen, watching } = viewer();
  quiet.watch(watching);
  heard.watch(viewer().watching);
  for (let second = 0; second < 320; second += 10) {
    heard.hear(new Float32Array(1600));
    vi.advanceTimersByTime(10_000);
  }
  expect(seen.why).toBe('Nothing happened for 5 minutes.');
  expect(sessions.list()).toEqual([heard]);
});

test('5,000 sessions come and go: none is left, none takes the place of another', () => {
  for (let k = 0; k < 5000; k++) {
    const owner = `owner-${k % 7}`;
    const session = begin(owner);
    const handle = session.watch(viewer().watching);
    if (k % 3 === 0) session.hear(new Float32Array(160));
    vi.advanceTimersByTime(40);
    if (k % 2 === 0) handle[Symbol.dispose]();
    session.end({ type: 'stopped', words: 'Enough.' });
    session.end({ type: 'stopped', words: 'Once more does nothing.' });
  }
  expect([sessions.active, sessions.total, sessions.stats().queue_depth]).toEqual([0, 5000, 0]);
  const kept = [begin('one'), begin('one'), begin('two')];
  expect(() => begin('three')).toThrow('taken');
  kept[2]!.end({ type: 'completed' });
  expect(() => begin('one')).toThrow('This key has its 2 live sessions');
}, 120_000);
