import { expect, test } from 'vitest';
import { iceLinks, readIceServer } from './ice-servers.ts';

test('servers are read, and told to clients', () => {
  const servers = ['stun:stun.example.org', 'turns:a%3Ab:c%22d@[::1]:5349?transport=tcp'].map(readIceServer);
  expect(servers).toEqual([
    { urls: 'stun:stun.example.org' },
    { urls: 'turns:[::1]:5349?transport=tcp', username: 'a:b', credential: 'c"d' },
  ]);
  expect(iceLinks(servers)).toEqual([
    '<stun:stun.example.org>; rel="ice-server"',
    '<turns:[::1]:5349?transport=tcp>; rel="ice-server"; username="a:b"; credential="c\\"d"; credential-type="password"',
  ]);
});

test.each(['', 'http://a', 'stun:', 'stun:user:word@host', 'turn:host', 'turn:user@host', 'stun:a b', 'turn:u:%@host'])(
  'what is no server is refused: "%s"',
  (text) => expect(() => readIceServer(text)).toThrow(/A server for ICE/),
);
