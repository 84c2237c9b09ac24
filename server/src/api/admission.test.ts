import { expect, test } from 'vitest';
import { loadConfig } from '../config.ts';
import { checkPage } from './admission.ts';
import type { Keys } from './keys.ts';

const page = (headers: { readonly host?: string; readonly origin?: string }, env = {}, needsKey = false) => {
  const door = { config: loadConfig(env), keys: null as unknown as Keys, needsKey };
  return () => checkPage({ headers }, door);
};
const host = '127.0.0.1:8000';

test.each([
  ['a program', { host }, {}],
  ['a program that names no host', {}, {}],
  ['a page of this machine', { host, origin: 'http://localhost:5173' }, {}],
  ['a page of its own', { host: '[::1]:8000', origin: 'http://[::1]:8000' }, {}],
  ['a page that is listed', { host, origin: 'https://a.example' }, { ORATOR_CORS_ORIGINS: 'https://a.example' }],
  ['any page, where all are', { host, origin: 'https://a.example' }, { ORATOR_CORS_ORIGINS: '*' }],
  [
    'a page behind the proxy that is named',
    { host: 'o.example', origin: 'https://o.example' },
    { ORATOR_PUBLIC_URL: 'https://o.example' },
  ],
  ['anybody, where that was said', { host: 'b.example', origin: 'https://b.example' }, { ORATOR_AUTH: 'none' }],
])('without keys %s comes in', (_, headers, env) => {
  expect(page(headers, env)).not.toThrow();
});

test.each([
  ['a page of elsewhere', { host, origin: 'https://b.example' }, {}],
  ['a page without an origin of its own', { host, origin: 'null' }, {}],
  ['a page whose host came to mean this machine', { host: 'b.example:8000' }, {}],
  ['a host that only begins like this machine', { host: '127.0.0.1.b.example:8000' }, {}],
  ['such a page where others are listed', { host: 'b.example:8000' }, { ORATOR_CORS_ORIGINS: 'https://a.example' }],
  ['a host that is none', { host: '//' }, {}],
])('without keys %s stays out', (_, headers, env) => {
  expect(page(headers, env)).toThrow(expect.objectContaining({ code: 'key/forbidden' }));
});

test('where keys are needed they decide alone', () => {
  expect(page({ host: 'b.example', origin: 'https://b.example' }, {}, true)).not.toThrow();
});
