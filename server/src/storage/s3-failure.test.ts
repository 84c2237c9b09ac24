import { OratorError } from '@orator/core/base/errors';
import { expect, test } from 'vitest';
import { s3Failure, s3ReasonOf } from './s3-failure.ts';

/** An error as the SDK makes it. */
const sdkError = (name: string, message: string, more = {}) => Object.assign(new Error(message), { name, ...more });

test.each([
  [
    sdkError('NoSuchBucket', 'The specified bucket does not exist.'),
    'NoSuchBucket: The specified bucket does not exist',
  ],
  [sdkError('CredentialsProviderError', 'Could not load credentials from any providers'), 'missing AWS credentials'],
  [sdkError('Unknown', 'UnknownError', { $metadata: { httpStatusCode: 403 } }), 'HTTP 403'],
  [sdkError('403', 'UnknownError', { $metadata: { httpStatusCode: 403 } }), '403'],
  [
    sdkError('Error', 'connect ECONNREFUSED 127.0.0.1:1', { code: 'ECONNREFUSED' }),
    'ECONNREFUSED: connect ECONNREFUSED 127.0.0.1:1',
  ],
  [
    Object.assign(new AggregateError([new Error('connect ECONNREFUSED ::1:1')]), { code: 'ECONNREFUSED' }),
    'ECONNREFUSED: connect ECONNREFUSED ::1:1',
  ],
  [sdkError('TimeoutError', 'socket\n  hang up'), 'TimeoutError: socket hang up'],
  ['thrown', 'unknown'],
])('%s is put as its reason', (thrown, reason) => {
  const failure = s3Failure(thrown, 'store "a"', []);
  expect(failure).toMatchObject({ code: 'storage/failed', message: `S3 failed to store "a": ${reason}.` });
  expect(s3ReasonOf(failure)).toBe(reason);
});

test('an abort is one, and what is ours already stays as it is', () => {
  expect(s3Failure(sdkError('AbortError', 'Request aborted'), 'store "a"', [])).toMatchObject({ code: 'cancelled' });
  const ours = new OratorError('internal', 'Ours.');
  expect(s3Failure(ours, 'store "a"', [])).toBe(ours);
});
