import { describe, expect, test } from 'vitest';
import { after, type LiveEvent, type LiveState, NOTHING_YET } from './live-state.ts';
import { captionAt } from './use-captions.ts';

const facts = { session_id: 'a', width: 512, height: 512, fps: 25, warnings: [] };
const problem = { code: 'session/busy', message: 'All taken.', retryAfterSeconds: 5 };
const lived = (...events: readonly LiveEvent[]): LiveState => events.reduce(after, NOTHING_YET);
const BEGUN = [
  { type: 'asked' },
  { type: 'opened', facts },
  { type: 'player', state: 'live', at: 1 },
] as const satisfies LiveEvent[];

describe('a session', () => {
  test('is ready when it lives, and streams while something is said', () => {
    expect(lived(BEGUN[0])).toMatchObject({ session: 'initializing', connection: 'connecting' });
    expect(lived(...BEGUN)).toMatchObject({ session: 'ready', connection: 'connected' });
    expect(lived(...BEGUN, { type: 'speaking', isSpeaking: true }).session).toBe('streaming');
  });

  test('is an error when it was lost, and not when it was stopped or ended', () => {
    const lost = { type: 'player', state: 'reconnecting', at: 7 } as const;
    const ended = { type: 'player', state: 'ended', at: 9 } as const;
    expect(lived(...BEGUN, lost, { ...lost, at: 8 })).toMatchObject({ connection: 'reconnecting', lostAt: 7 });
    expect(lived(...BEGUN, lost, ended)).toMatchObject({ session: 'error', connection: 'lost' });
    expect(lived(...BEGUN, lost, BEGUN[2])).toMatchObject({ session: 'ready', lostAt: undefined });
    expect(lived(...BEGUN, ended)).toMatchObject({ session: 'completed', connection: 'none' });
    expect(lived(...BEGUN, { type: 'stopped' })).toMatchObject({ session: 'completed', connection: 'none' });
  });

  test('that was not begun says why, and what comes after its end counts no more', () => {
    expect(lived(BEGUN[0], { type: 'refused', problem })).toMatchObject({ session: 'error', errors: 1, problem });
    expect(lived(...BEGUN, { type: 'stopped' }, { type: 'failed', problem })).toMatchObject({
      errors: 0,
      problem: undefined,
    });
    expect(lived({ type: 'noticed', problem })).toMatchObject({ session: 'idle', problem });
  });
});

test('a caption is the sentence that is being said, cut where it is', () => {
  const text = 'Good morning. How are you? Fine.';
  expect(captionAt(text, 4)).toEqual({ heard: 'Good', ahead: ' morning.' });
  expect(captionAt(text, 17)).toEqual({ heard: 'How', ahead: ' are you?' });
  expect(captionAt(text, 31)).toEqual({ heard: 'Fine', ahead: '.' });
  expect(captionAt('no end', 2)).toEqual({ heard: 'no', ahead: ' end' });
});
