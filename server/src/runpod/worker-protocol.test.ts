import { describe, expect, test } from 'vitest';
import { avatarInput, avatarKey } from './avatar-job.ts';
import { isKey, withoutSecrets } from './secrets.ts';
import {
  type Outcome,
  pingUrl,
  postUrl,
  progressBody,
  readStops,
  readTaken,
  readWorkerPlace,
  resultBody,
  stopUrl,
  takeUrl,
} from './worker-protocol.ts';

const ENV = {
  RUNPOD_WEBHOOK_GET_JOB: 'https://api.test/v2/e/job-take/$ID?gpu=A',
  RUNPOD_WEBHOOK_POST_OUTPUT: 'https://api.test/v2/e/job-done/$RUNPOD_POD_ID/$ID?gpu=A',
  RUNPOD_WEBHOOK_PING: 'https://api.test/v2/e/ping/$RUNPOD_POD_ID',
  RUNPOD_AI_API_KEY: 'key',
  RUNPOD_POD_ID: 'pod1',
};
const place = readWorkerPlace(ENV)!;

describe('the place of a worker', () => {
  test('is read from the environment of the pod', () => {
    expect(place).toMatchObject({ workerId: 'pod1', apiKey: 'key', pingIntervalMs: 10_000, errorMode: 'output' });
    expect(readWorkerPlace({})).toBeNull();
    expect(readWorkerPlace({ ...ENV, ERROR_MODE: 'failed', RUNPOD_PING_INTERVAL: '500' })).toMatchObject({
      pingIntervalMs: 500,
      errorMode: 'failed',
    });
  });

  test.each([
    { ...ENV, RUNPOD_POD_ID: '' },
    { ...ENV, RUNPOD_POD_ID: 'a/b' },
    { ...ENV, RUNPOD_WEBHOOK_POST_OUTPUT: 'x' },
    { ...ENV, ERROR_MODE: 'maybe' },
    { ...ENV, RUNPOD_PING_INTERVAL: 'often' },
  ])('is refused when it is broken: %#', (env) => {
    expect(() => readWorkerPlace(env)).toThrow(expect.objectContaining({ code: 'request/invalid' }));
  });

  test('leads to all its URLs', () => {
    expect(takeUrl(place, 1, false)).toBe('https://api.test/v2/e/job-take/pod1?gpu=A&job_in_progress=0');
    expect(takeUrl(place, 3, true)).toBe(
      'https://api.test/v2/e/job-take-batch/pod1?gpu=A&job_in_progress=1&batch_size=3',
    );
    expect(stopUrl(place)).toBe('https://api.test/v2/e/job-stop/pod1?gpu=A');
    expect(postUrl(place.doneUrl, 'pod1', 'j/1')).toBe(
      'https://api.test/v2/e/job-done/pod1/j%2F1?gpu=A&isStream=false',
    );
    expect(pingUrl(place, ['a', 'b'])).toBe('https://api.test/v2/e/ping/pod1?job_id=a,b&runpod_version=orator');
    expect(pingUrl(place, [])).toBe('https://api.test/v2/e/ping/pod1?runpod_version=orator');
    expect(pingUrl({ ...place, apiKey: undefined }, [])).toBeNull();
  });
});

describe('what is taken', () => {
  const JSON_TYPE = 'application/json; charset=utf-8';
  test.each([
    [200, JSON_TYPE, '{"id":"a","input":{},"webhook":"x"}', ['a'], 'now'],
    [200, JSON_TYPE, '[{"id":"a","input":{}},{"id":"b","input":{"c":1}},{"id":"d"},7]', ['a', 'b'], 'now'],
    [200, JSON_TYPE, '{"id":"a"}', [], 'trouble'],
    [200, JSON_TYPE, '{"id":"a","input":null}', [], 'trouble'],
    [200, JSON_TYPE, '{"id":7,"input":{}}', [], 'trouble'],
    [200, JSON_TYPE, '', [], 'now'],
    [200, JSON_TYPE, '[]', [], 'now'],
    [200, 'text/html', '{"id":"a","input":{}}', [], 'now'],
    [204, null, '', [], 'now'],
    [400, null, '', [], 'now'],
    [429, null, '', [], 'later'],
    [502, null, '', [], 'trouble'],
  ] as const)('%i %s %s', (status, type, body, ids, again) => {
    const taken = readTaken(status, type, body);
    expect([taken.jobs.map(({ id }) => id), taken.again]).toEqual([ids, again]);
  });

  test('stops are a list of ids or none', () => {
    expect(readStops('{"jobsToStop":["a"]}')).toEqual(['a']);
    for (const body of ['', '{}', '[]', '{"jobsToStop":[1]}', 'x']) expect(readStops(body)).toEqual([]);
  });
});

describe('a result', () => {
  const error: Outcome = { kind: 'output', output: { status: 'error', error: 'No face detected in video' } };
  test.each([
    [{ kind: 'output', output: { status: 'success' } } as Outcome, 'output', false, '{"output":{"status":"success"}}'],
    [error, 'output', false, '{"output":{"status":"error","error":"No face detected in video"}}'],
    [error, 'failed', true, '{"error":"No face detected in video","stopPod":true}'],
    [{ kind: 'failed', message: 'x' } as Outcome, 'output', false, '{"error":"x"}'],
  ] as const)('%j in mode %s', (outcome, mode, stop, body) => {
    expect(resultBody(outcome, mode, stop)).toBe(body);
  });

  test('differs from progress', () => {
    expect(progressBody({ a: 1 })).toBe('{"status":"IN_PROGRESS","output":{"a":1}}');
    expect(progressBody(undefined)).toBe('{"status":"IN_PROGRESS","output":null}');
  });
});

describe('the order of an avatar', () => {
  const video_url = 'https://s3.test/v.mp4?X=1';
  test('has defaults, and takes null for what is left out', () => {
    const input = avatarInput.parse({ video_url, avatar_id: 'a', model: null, s3_bucket: null, s3_prefix: null });
    expect(input.model).toBe('wav2lip');
    expect(avatarKey(input)).toBe('a.tar');
    expect(avatarKey(input, '/default/')).toBe('default/a.tar');
    expect(avatarKey(avatarInput.parse({ video_url, avatar_id: 'a', s3_prefix: '/avatars/42/' }))).toBe(
      'avatars/42/a.tar',
    );
  });

  test.each([
    { avatar_id: 'a..b' },
    { avatar_id: '.a' },
    { avatar_id: 'a/b' },
    { avatar_id: 'a\\b' },
    { avatar_id: 'a'.repeat(129) },
    { avatar_id: 7 },
    { video_url: 'ftp://x' },
    { video_url: '' },
    { model: 7 },
    { s3_prefix: '../x' },
    { s3_prefix: 'a\nb' },
    { s3_bucket: 'a_b' },
    { face_size: 100 },
  ])('%j is refused', (wrong) => {
    expect(avatarInput.safeParse({ video_url, avatar_id: 'a', ...wrong }).success).toBe(false);
  });
});

describe('secrets', () => {
  test('leave a text', () => {
    expect(withoutSecrets('a https://u:p@h/x?X-Amz-Signature=1&b=2 b "http://h/y#z" k', 'k')).toBe(
      'a https://…@h/x?… b "http://h/y?…" …',
    );
  });

  test('are compared as a whole', () => {
    expect([isKey('b', ['a', 'b']), isKey('a', ['a', 'b']), isKey('', ['a']), isKey('a', [])]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
