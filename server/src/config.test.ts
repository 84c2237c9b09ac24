import { expect, test } from 'vitest';
import { loadConfig } from './config.ts';

test.each([
  ['ORATOR_PORT', '70000', 'from 0 to 65535'],
  ['ORATOR_AUTH', 'maybe', 'one of keys, none,'],
  ['ORATOR_LOG_LEVEL', 'loud', 'one of trace, debug, info, warn, error, fatal,'],
  ['ORATOR_BACKEND', 'abacus', 'one of auto, cuda, tensorrt, webgpu, cpu,'],
  ['ORATOR_HOST', '999.1.1.1', 'a host name or an IP address'],
  ['ORATOR_HOST', '::g', 'a host name or an IP address'],
  ['ORATOR_WORK', 'video,foo', 'video.portrait'],
  ['ORATOR_ICE_ADDRESS', '1.1.1.1,1.1.1.2,1.1.1.3,1.1.1.4,1.1.1.5', 'at most four'],
  ['ORATOR_PUBLIC_URL', 'javascript:1', 'https://'],
  ['ORATOR_S3_ENDPOINT', 'ftp://files', 'https://'],
  ['ORATOR_CORS_ORIGINS', 'app.example.com', 'https://app.example.com'],
  ['ORATOR_CORS_ORIGINS', 'https://app.example.com/', 'https://app.example.com'],
  ['ORATOR_ALLOW_ADDRESSES', '10.0.0.0/99', '10.0.0.0/8'],
  ['DITTO_PORT', 'x', 'from 0 to 65535'],
])('%s=%s is refused with its name, its value and what is allowed', (name, value, allowed) => {
  const wrong = () => loadConfig({ [name]: value });
  for (const part of [name, `"${value}"`, allowed]) expect(wrong).toThrow(part);
});

test('a secret that is wrong is not repeated', () => {
  const wrong = () => loadConfig({ ORATOR_DATABASE_URL: 'mysql://me:hidden@host/name' });
  expect(wrong).toThrow(/ORATOR_DATABASE_URL.*postgres:\/\//);
  expect(wrong).not.toThrow('hidden');
});

test.each([
  [
    'ORATOR_CORS_ORIGINS',
    'http://localhost:3000, https://app.example.com',
    ['http://localhost:3000', 'https://app.example.com'],
  ],
  ['ORATOR_CORS_ORIGINS', '*', ['*']],
  ['ORATOR_HOST', '::', '::'],
  ['ORATOR_HOST', 'localhost', 'localhost'],
  ['ORATOR_WORK', 'video, avatar.portrait', ['video', 'avatar.portrait']],
  ['ORATOR_ALLOW_ADDRESSES', 'minio,10.0.0.0/8', ['minio', '10.0.0.0/8']],
  ['ORATOR_DATABASE_URL', 'postgresql:///orator?host=/run/postgresql', 'postgresql:///orator?host=/run/postgresql'],
] as const)('%s=%s is taken', (name, value, read) => {
  expect(loadConfig({ [name]: value }).values[name]).toEqual(read);
});
