import { mkdir } from 'node:fs/promises';
import S3rver from 's3rver';

/** What s3rver knows as key and as secret; both are as public as its source. */
export const TEST_S3_KEY = 'S3RVER';

/** An S3 server of its own, for tests. */
export interface TestS3 extends AsyncDisposable {
  readonly endpoint: string;
  /** How a service is told to keep its files in the bucket. */
  readonly settings: Readonly<Record<string, string>>;
}

/** Starts one that keeps its files in `directory`, with one bucket; without `bucket` it has none. */
export async function openTestS3(directory: string, bucket?: string): Promise<TestS3> {
  await mkdir(directory, { recursive: true });
  const configureBuckets = bucket === undefined ? [] : [{ name: bucket, configs: [] }];
  const s3rver = new S3rver({ address: '127.0.0.1', port: 0, silent: true, directory, configureBuckets });
  const { port } = await s3rver.run();
  const endpoint = `http://127.0.0.1:${port}`;
  return {
    endpoint,
    settings: {
      ...(bucket === undefined ? {} : { ORATOR_S3_BUCKET: bucket }),
      ...{ ORATOR_S3_ENDPOINT: endpoint, ORATOR_S3_PATH_STYLE: 'true' },
      ...{ ORATOR_S3_ACCESS_KEY_ID: TEST_S3_KEY, ORATOR_S3_SECRET_ACCESS_KEY: TEST_S3_KEY },
    },
    [Symbol.asyncDispose]: () => s3rver.close(),
  };
}
