import { OratorError } from '@orator/core/base/errors';
import { expect, test } from 'vitest';
import { plainReason } from './plain-reason.ts';

test.each([
  [
    'The network did not run: Load model from /srv/m o/a.onnx failed. See orator doctor.',
    'Load model from a.onnx failed',
  ],
  ['The network did not run: /src/x.cc:12 Check(a) was false. No kernel. See orator doctor.', 'No kernel'],
  ['"/srv/m o/a.pth" is corrupt: its sha256 is 1.', '"a.pth" is corrupt: its sha256 is 1.'],
  ['The provider "cuda" is away.', 'The provider "cuda" is away.'],
])('%s', (message, expected) => {
  expect(plainReason(new OratorError('model/failed', message), '/srv/m o/a.onnx')).toBe(expected);
});
