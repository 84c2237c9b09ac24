import { expect, test } from 'vitest';
import { contentDisposition } from './content-disposition.ts';
import { signLink, verifyLink } from './signed-link.ts';

const SECRET = Buffer.alloc(32, 7);
const NOW_MS = 1_700_000_000_000;

/** What a route learns from a link that somebody comes with. */
function verify(link: string, nowMs = NOW_MS, secret: Uint8Array = SECRET) {
  const { pathname, searchParams } = new URL(link, 'http://127.0.0.1');
  return verifyLink(secret, decodeURIComponent(pathname.slice('/files/'.length)), searchParams, nowMs);
}

const link = signLink(
  SECRET,
  'clips/a.mp4',
  { seconds: 60, name: 'Grüße & mehr.mp4', disposition: 'attachment' },
  NOW_MS,
);

test('a link is valid until it expires', () => {
  const valid = { valid: true, key: 'clips/a.mp4', name: 'Grüße & mehr.mp4', disposition: 'attachment' };
  expect(verify(link)).toEqual(valid);
  expect(verify(link, NOW_MS + 59_999)).toEqual(valid);
  expect(verify(link, NOW_MS + 60_000)).toEqual({ valid: false, reason: 'expired' });
});

test('no part of a link can be changed', () => {
  const altered = { valid: false, reason: 'altered' };
  const changes: readonly [string | RegExp, string][] = [
    ['clips/a.mp4', 'clips/b.mp4'],
    ['clips/a.mp4', 'clips/../a.mp4'],
    [/expires=(\d+)/, 'expires=9999999999'],
    [/expires=\d+&/, ''],
    ['mehr', 'weniger'],
    ['attachment', 'inline'],
    [/&name=[^&]*/, ''],
    [/signature=./, 'signature=~'],
    [/&signature=.*/, ''],
    [/&signature=.*/, '&signature='],
  ];
  for (const [from, to] of changes) {
    const changed = link.replace(from, to);
    expect(changed).not.toBe(link);
    expect(verify(changed)).toEqual(altered);
  }
  expect(verify(link, NOW_MS, Buffer.alloc(32, 8))).toEqual(altered);
  // An expired link that is altered is altered: nothing of it can be believed.
  expect(verify(link.replace('clips/a', 'clips/b'), NOW_MS + 1e9)).toEqual(altered);
});

test('a second value for what is signed does not count', () => {
  expect(verify(`${link}&name=other&expires=9999999999`, NOW_MS + 60_000)).toEqual({ valid: false, reason: 'expired' });
});

test('a link lasts seven days at most, and a second at least', () => {
  const long = signLink(SECRET, 'a', { seconds: 1e9 }, NOW_MS);
  expect(new URL(long, 'http://127.0.0.1').searchParams.get('expires')).toBe(String(NOW_MS / 1000 + 604_800));
  expect(() => signLink(SECRET, 'a', { seconds: 0 }, NOW_MS)).toThrow(/cannot last 0 seconds/);
  expect(() => signLink(SECRET, 'a', { seconds: Number.NaN }, NOW_MS)).toThrow(/cannot last/);
});

test.each([
  ['clip.mp4', 'attachment; filename="clip.mp4"'],
  ['my clip.mp4', `attachment; filename="my clip.mp4"; filename*=UTF-8''my%20clip.mp4`],
  ['a"\r\nSet-Cookie: b', `attachment; filename="a___Set-Cookie: b"; filename*=UTF-8''a%22%0D%0ASet-Cookie%3A%20b`],
  ['../x', `attachment; filename=".._x"; filename*=UTF-8''..%2Fx`],
  ['\ud800', `attachment; filename="_"; filename*=UTF-8''%EF%BF%BD`],
])('the name %j becomes a header that breaks nothing', (name, header) => {
  expect(contentDisposition('attachment', name)).toBe(header);
});
