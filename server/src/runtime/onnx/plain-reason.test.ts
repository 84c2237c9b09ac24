import { OratorError } from '@orator/core/base/errors';
import { expect, test } from 'vitest';
import { plainReason } from './plain-reason.ts';

test.each([
  [
    'The network did not run: Load model from /srv/m o/a.onnx failed. See orator doctor.',
    'Load model from a.onnx failed',
  ],
  ['The network did not run: /src/x.cc:12 Check(a) was false. No kernel. See orator doctor.', 'No kernel'],
  [
    'The network did not run: x.cc:416 GenerateSourceCode Program Transpose requires f16. See orator doctor.',
    'Program Transpose requires f16',
  ],
  [
    'The network did not run: /src/x.cc:9 n::P& n::L::Get() [ONNXRuntimeError] : 1 : FAIL : No file liba.so.12. See orator doctor.',
    'No file liba.so.12',
  ],
  ['"/srv/m o/a.pth" is corrupt: its sha256 is 1.', '"a.pth" is corrupt: its sha256 is 1.'],
  ['The provider "cuda" is away.', 'The provider "cuda" is away.'],
])('%s', (message, expected) => {
  expect(plainReason(new OratorError('model/failed', message), '/srv/m o/a.onnx')).toBe(expected);
});
