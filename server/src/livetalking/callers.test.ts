import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MotionUnpacker } from '@orator/core/live/motion-wire';
import { CHANNEL_INDEX } from '@orator/core/motion/pose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { openTestServer } from '../net/test-server.ts';
import { TestService } from '../service/test-service.ts';
import { TestSocket } from '../stream/test-socket.ts';
import { TestPage } from './test-page.ts';

const FIXTURES = fileURLToPath(new URL('../../../fixtures', import.meta.url));
const OK = { code: 0, msg: 'ok' };

let data: string;
let service: TestService;
let photo: Buffer;
/** The id of an uploaded recording. */
let sound: string;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'orator-callers-'));
  photo = await readFile(join(FIXTURES, 'portrait.jpg'));
  service = await TestService.start({
    ORATOR_DATA: data,
    ORATOR_WORKERS: '1',
    ORATOR_ALLOW_ADDRESSES: '127.0.0.1',
    ORATOR_CORS_ORIGINS: 'https://page.test',
    ORATOR_INTERNAL_KEY: 'not-to-be-shown',
  });
  const speech = await readFile(join(FIXTURES, 'speech/hello.wav'));
  sound = String((await service.upload(speech, 'hello.wav')).body.id);
}, 120_000);
afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  await rm(data, { recursive: true, force: true });
});

const post = async (path: string, body: unknown) => (await service.ask(path, { body })).body;
const offering = (more: Record<string, unknown>) => TestPage.open(service, more);

describe('states of a session', () => {
  const custom_config = JSON.stringify([
    { audiotype: 1, emotion: 'happy', gaze: 'camera' },
    { audiotype: 2, emotion: 'surprised', gesture: 'nod', seconds: 0.4 },
  ]);
  const stateOf = async ({ sessionid }: TestPage) => {
    const { sessions } = (await service.ask('/api/admin/sessions')).body.data as unknown as {
      sessions: { sessionid: string; audiotype: number }[];
    };
    return sessions.find((one) => one.sessionid === sessionid)?.audiotype;
  };

  test('are entered by their numbers, and lead back to the idle one', async () => {
    await using page = await offering({ custom_config });
    expect(await stateOf(page)).toBe(1);
    expect(await page.post('/set_audiotype', { audiotype: 2 })).toEqual(OK);
    expect(await stateOf(page)).toBe(2);
    await expect.poll(() => stateOf(page), { timeout: 10_000 }).toBe(1);
    expect(await page.post('/set_audiotype', { audiotype: 7 })).toEqual({
      code: -1,
      msg: 'This session has no state 7, only 1, 2. Name states in custom_config of /offer.',
    });
  }, 60_000);

  test('are seen', async () => {
    await using page = await offering({
      custom_config: [
        { audiotype: 1, emotion: 'happy', intensity: 1 },
        { audiotype: 2, emotion: 'surprised', intensity: 1, seconds: 3 },
      ],
    });
    await using viewer = await TestSocket.open(service.url);
    viewer.say({ type: 'watch', session_id: page.sessionid, config: { mode: 'motion', binary: true, idle: true } });
    const unpacker = new MotionUnpacker();
    let pose: Float32Array | null = null;
    const until = (what: (weight: (shape: keyof typeof CHANNEL_INDEX) => number) => boolean) =>
      viewer.until(() => {
        for (const { bytes } of viewer.packets.splice(0)) pose = unpacker.unpack(bytes);
        return pose !== null && what((shape) => pose![CHANNEL_INDEX[shape]]!);
      });
    const isHappy = () => until((weight) => weight('mouthSmileLeft') > 0.4 && weight('browInnerUp') < 0.3);
    await isHappy();
    await page.post('/set_audiotype', { audiotype: 2 });
    await until((weight) => weight('browInnerUp') > 0.5 && weight('mouthSmileLeft') < 0.2);
    await isHappy();
  }, 60_000);

  test('with sound last as long as it, or until somebody interrupts', async () => {
    await using page = await offering({ custom_config: [{ audiotype: 3, emotion: 'sad', audio: sound }] });
    const heard = page.peer.packets.audio.length;
    expect(await page.post('/set_audiotype', { audiotype: 3 })).toEqual(OK);
    expect(await stateOf(page)).toBe(3);
    await page.untilTold('end');
    expect(await page.peer.loudness(heard)).toBeGreaterThan(0.1);
    expect(await stateOf(page)).toBe(1);

    await page.post('/set_audiotype', { audiotype: 3 });
    await page.untilTold('start', 2);
    await page.post('/interrupt_talk');
    await expect.poll(() => stateOf(page), { timeout: 5000 }).toBe(1);
    await page.untilTold('end', 2);

    await page.post('/human', { type: 'echo', text: 'This is said before it, and stays.' });
    await page.post('/set_audiotype', { audiotype: 3 });
    await page.post('/set_audiotype', { audiotype: 1 }); // only the action is given up
    await page.untilTold('end', 4);
    expect(page.news.filter(({ text }) => text.startsWith('This is said')).map(({ status }) => status)).toEqual([
      'start',
      'end',
    ]);
    expect(page.news.filter(({ status }) => status === 'start')).toHaveLength(3);
  }, 90_000);

  test.each([
    ['clips of pictures', [{ audiotype: 2, imgpath: '/data/clip' }], /custom_config: imgpath and audiopath name files/],
    ['text that is no JSON', 'hello', /list as JSON/],
    ['no list', '{}', /is a list/],
    ['an unknown emotion', [{ audiotype: 2, emotion: 'hungry' }], /emotion/],
    ['an unknown field', [{ audiotype: 2, dance: true }], /dance/],
    ['a number twice', [{ audiotype: 2 }, { audiotype: 2 }], /twice/],
    ['a sound while idle', [{ audiotype: 1, audio: 'x' }], /idle/],
    ['a sound that is not there', [{ audiotype: 2, audio: 'nothing' }], /There is no file/],
  ])('of %s are refused', async (_what, custom_config, words) => {
    await expect(offering({ custom_config })).rejects.toThrow(words);
  });
});

describe('the face that an offer names', () => {
  test('is an upload or a portrait avatar, by id or by name; anything else is told', async () => {
    const upload = (await service.upload(photo, 'somebody.jpg')).body.id;
    const { task_id } = (
      await post('/api/avatar/task', {
        ...{ model: 'portrait', avatar_id: 'anna', video_path: upload, task_id: 'anna-1' },
      })
    ).data as unknown as { task_id: string };
    expect(task_id).toBe('anna-1');
    const task = async () =>
      (await service.ask(`/api/avatar/task/${task_id}`)).body.data as unknown as { status: string };
    await expect.poll(async () => (await task()).status, { timeout: 60_000 }).toBe('completed');
    expect(await task()).toMatchObject({ model_type: 'portrait', avatar_id: 'anna', progress: 100, error_msg: '' });
    for (const avatar of [upload, 'somebody.jpg', 'anna']) {
      await using page = await offering({ avatar });
      const { sessions } = (await service.ask('/api/admin/sessions')).body.data as unknown as {
        sessions: { sessionid: string; avatar_id: string }[];
      };
      const { avatar_id } = sessions.find(({ sessionid }) => sessionid === page.sessionid)!;
      expect(avatar_id).toBe(avatar === 'anna' ? 'anna' : 'somebody.jpg');
    }
    await expect(offering({ avatar: 'nobody' })).rejects.toThrow('There is no avatar and no upload');
    await expect(offering({ avatar: 'hello.wav' })).rejects.toThrow('"code":-1');
  }, 120_000);
});

describe('avatar tasks', () => {
  test('are made from a form, listed, told of and deleted while they wait', async () => {
    const told: Record<string, unknown>[] = [];
    await using hook = await openTestServer({
      '/told': (response, request) => {
        let text = '';
        request.on('data', (part) => (text += part));
        request.on('end', () => {
          told.push(JSON.parse(text));
          response.end();
        });
      },
    });
    const form = new FormData();
    for (const [name, value] of Object.entries({
      ...{ model: 'portrait', avatar_id: 'bob', img_size: '256', pads: '0 10 0 0', nosmooth: 'false', bbox_shift: '0' },
      ...{ extra_margin: '10', parsing_mode: 'jaw', version: 'v15', face_det_batch_size: '16', task_id: 'bob.1' },
      ...{ notifyurl: `${hook.origin}/told` },
    })) {
      form.append(name, value);
    }
    form.append('video_file', new Blob([Uint8Array.from(photo)]), 'bob.jpg');
    expect(await post('/api/avatar/task', form)).toEqual({ ...OK, data: { task_id: 'bob.1' } });
    await expect.poll(() => told, { timeout: 60_000 }).toHaveLength(1);
    expect(told[0]).toMatchObject({ task_id: 'bob.1', status: 'completed', avatar_id: 'bob', progress: 100 });
    const { tasks } = (await service.ask('/api/avatar/tasks')).body.data as unknown as { tasks: { task_id: string }[] };
    expect(tasks[0]!.task_id).toBe('bob.1');
    const remove = async (id: string) => (await service.ask(`/api/avatar/task/${id}`, { method: 'DELETE' })).body;
    expect(await remove('bob.1')).toEqual({ code: -1, msg: 'Task is in completed state, cannot delete' });
    expect(await remove('nobody')).toEqual({ code: -1, msg: 'Task not found' });
    expect((await service.ask('/api/avatar/task/nobody')).body).toEqual({ code: 404, msg: 'Task not found' });
  }, 120_000);

  test('that wait can be deleted, and are made when they are asked for once more', async () => {
    const idle = await mkdtemp(join(tmpdir(), 'orator-idle-'));
    try {
      await using nobodyWorks = await TestService.start({ ORATOR_DATA: idle, ORATOR_WORKERS: '0' });
      const upload = (await nobodyWorks.upload(photo, 'face.jpg')).body.id;
      const body = { model: 'portrait', avatar_id: 'carl', video_path: upload, task_id: 'carl' };
      const ask = (path: string, init = {}) => nobodyWorks.ask(path, init).then((answer) => answer.body);
      expect(await ask('/api/avatar/task', { body })).toEqual({ ...OK, data: { task_id: 'carl' } });
      expect((await ask('/api/avatar/task/carl')).data).toMatchObject({
        status: 'pending',
        progress: 0,
        end_time: null,
      });
      expect(await ask('/api/avatar/task', { body: { ...body, avatar_id: 'dora' } })).toMatchObject({ code: -1 });
      const removed = { ...OK, data: { msg: 'Task deleted' } };
      expect(await ask('/api/avatar/task/carl', { method: 'DELETE' })).toEqual(removed);
      expect((await ask('/api/avatar/tasks')).data).toEqual({ tasks: [] });
      expect(await ask('/api/avatar/task', { body })).toMatchObject(OK);
      expect((await ask('/api/avatar/task/carl')).data).toMatchObject({ status: 'pending' });
    } finally {
      await rm(idle, { recursive: true, force: true });
    }
  }, 60_000);

  test.each([
    [{}, 'model and avatar_id are required'],
    [{ model: 'wav2lip' }, 'model and avatar_id are required'],
    [{ model: 'wav2lip', avatar_id: 'x' }, 'video_file or video_path is required'],
    [{ model: 'dance', avatar_id: 'x', video_path: 'y' }, 'Unsupported model type: dance'],
    [{ model: 'wav2lip', avatar_id: '../x', video_path: 'y' }, /^avatar_id: /],
    [{ model: 'wav2lip', avatar_id: 'x', video_path: '/etc/passwd' }, /^There is no file "\/etc\/passwd"/],
    [{ model: 'wav2lip', avatar_id: 'x', video_path: 'file:///etc/passwd' }, /not followed/],
    [{ model: 'wav2lip', avatar_id: 'x', video_path: 'y', img_size: 384 }, /img_size/],
    [{ model: 'wav2lip', avatar_id: 'x', video_path: 'y', pads: [0, 20, 0, 0] }, /pads/],
    [{ model: 'wav2lip', avatar_id: 'x', video_path: 'y', nosmooth: true }, /nosmooth/],
    [{ model: 'musetalk', avatar_id: 'x', video_path: 'y' }, /musetalk/],
    [{ model: 'wav2lip', avatar_id: 'x', video_path: 'y', task_id: 'a/b' }, /^task_id: /],
  ])('refuse %j', async (body, words) => {
    const msg = typeof words === 'string' ? words : expect.stringMatching(words);
    expect(await post('/api/avatar/task', body)).toEqual({ code: -1, msg });
  });
});

describe('a body', () => {
  test('is read as JSON, whatever its type says', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/json']) {
      const answer = await fetch(`${service.url}/is_speaking`, {
        method: 'POST',
        headers: { 'content-type': type },
        body: '{"sessionid":123456}',
      });
      expect([answer.status, await answer.json()]).toEqual([200, { code: -1, msg: 'session not found' }]);
    }
  });

  test.each([
    ['/offer', 'rubbish'],
    ['/offer', '{"sdp":"v=0","type":"answer"}'],
    ['/offer', '{"sdp":"v=0\\r\\n","type":"offer"}'],
    ['/offer', `{"sdp":"v=0\\r\\n${'a=x:y\\r\\n'.repeat(12_000)}","type":"offer"}`],
    ['/human', '[]'],
    ['/human', '{"sessionid":"x","type":"sing","text":"la"}'],
    ['/human', `${'['.repeat(5000)}${']'.repeat(5000)}`],
    ['/human', '{"__proto__":{"admin":true}}'],
    ['/human', `{"sessionid":"x","type":"echo","text":"${'a'.repeat(2_000_000)}"}`],
    ['/humanaudio', '{}'],
    ['/record', '{"sessionid":"x","type":"dance"}'],
    ['/set_audiotype', '{"sessionid":"x","audiotype":"two"}'],
    ['/api/avatar/task', '"hello"'],
    ['/api/avatar/task', '{"model":["a"],"avatar_id":{}}'],
  ])('for %s that is wrong is refused (%#)', async (path, body) => {
    const answer = await fetch(`${service.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect([answer.status, await answer.json()]).toEqual([200, { code: -1, msg: expect.stringMatching(/\S\.$/) }]);
  });

  test('a form that breaks off is refused', async () => {
    const answer = await fetch(`${service.url}/humanaudio`, {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
      body: '--b\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\nRIFF',
    });
    expect([answer.status, await answer.json()]).toMatchObject([200, { code: -1 }]);
  });
});

test('what is not there yet says so: chat and speech recognition', async () => {
  await using page = await offering({});
  expect(await page.post('/human', { type: 'chat', text: 'Who are you?' })).toEqual({
    code: -1,
    msg: 'No language model is here to answer a chat. Send the type "echo" to have the text itself said.',
  });
  const socket = new WebSocket(`${service.url.replace('http', 'ws')}/api/asr`);
  const { promise, resolve } = Promise.withResolvers<string>();
  socket.on('message', (message) => resolve(String(message)));
  expect(JSON.parse(await promise)).toEqual({ code: -1, msg: expect.stringMatching(/recognition/) });
  const missing = await service.ask('/record/nobody');
  expect([missing.status, missing.body]).toEqual([404, { code: -1, msg: expect.any(String) }]);
}, 60_000);

test('keys are asked for where others may call, and each has its own sessions and its limit', async () => {
  const guarded = await mkdtemp(join(tmpdir(), 'orator-guarded-'));
  try {
    const face = join(guarded, 'face.jpg');
    await writeFile(face, photo);
    await using service = await TestService.start({
      ...{ ORATOR_DATA: guarded, ORATOR_WORKERS: '0', ORATOR_AUTH: 'keys', ORATOR_LIVE_AVATAR: face },
    });
    const admin = { authorization: `Bearer ${/key {12}(ora_\S+)/.exec(service.said)![1]!}` };
    const key = async (limits: Record<string, number>) => {
      const body = { name: 'page', scopes: ['read', 'create'], limits };
      const made = await service.ask('/api/v1/keys', { body, headers: admin });
      return { 'x-api-key': String(made.body.key) };
    };
    const [one, other] = [await key({ sessions: 1 }), await key({})];
    const stranger = await service.ask('/is_speaking', { body: { sessionid: 'x' } });
    expect([stranger.status, stranger.body]).toEqual([401, { code: -1, msg: expect.stringMatching(/key is needed/) }]);
    await using page = await TestPage.open(service, {}, one);
    await expect(TestPage.open(service, {}, one)).rejects.toThrow('"Maximum session limit reached (1/1)"');
    const { sessionid } = page;
    expect(await page.isSpeaking()).toBe(false);
    const foreign = await service.ask('/human', { body: { sessionid, type: 'echo', text: 'Hi.' }, headers: other });
    expect(foreign.body).toEqual({ code: -1, msg: 'session not found' });
    const config = (headers: Record<string, string>) => service.ask('/api/admin/config', { headers });
    expect((await config(other)).status).toBe(403);
    expect((await config(admin)).body).toMatchObject({ ...OK, data: { config: { avatar_id: face } } });
    const all = (await service.ask('/api/admin/sessions', { headers: admin })).body.data;
    expect(all).toMatchObject({ sessions: [{ sessionid, avatar_id: 'default' }] });
  } finally {
    await rm(guarded, { recursive: true, force: true });
  }
}, 90_000);

test('all of it can be turned off', async () => {
  const off = await mkdtemp(join(tmpdir(), 'orator-off-'));
  try {
    await using service = await TestService.start({
      ...{ ORATOR_DATA: off, ORATOR_WORKERS: '0', ORATOR_LIVETALKING: 'false' },
    });
    const answer = await service.ask('/is_speaking', { body: { sessionid: 'x' } });
    expect(answer).toMatchObject({ status: 404, body: { code: 'request/unknown' } });
  } finally {
    await rm(off, { recursive: true, force: true });
  }
}, 60_000);

test('the operator sees settings without their secrets', async () => {
  const { body } = await service.ask('/api/admin/config');
  expect(body).toMatchObject({
    ...OK,
    data: { config: { model: 'portrait', fps: 25, transport: 'webrtc', ORATOR_INTERNAL_KEY: '••••' } },
  });
  expect(JSON.stringify(body)).not.toContain('not-to-be-shown');
});

test('pages of allowed origins may call, others may not', async () => {
  const ask = (origin: string) => service.ask('/is_speaking', { body: { sessionid: 'x' }, headers: { origin } });
  const allowed = await ask('https://page.test');
  expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([200, 'https://page.test']);
  const other = await ask('https://elsewhere.test');
  expect([other.status, other.body]).toEqual([403, { code: -1, msg: expect.stringMatching(/may not call/) }]);
});
