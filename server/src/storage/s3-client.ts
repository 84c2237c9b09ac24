import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { OratorError } from '@orator/core/base/errors';

/** Where files go, and who we are there. */
export interface S3Options {
  readonly bucket: string;
  readonly region: string;
  /** Of another service than AWS, such as `http://minio:9000`. */
  readonly endpoint?: string;
  /** Where the world reaches the same service, when that differs: links begin with it. */
  readonly publicEndpoint?: string;
  /** Puts the bucket in the path instead of the host name, as most other services want it; so it is by default with `endpoint`. */
  readonly forcePathStyle?: boolean;
  /** Without them the SDK looks for a role, a profile or its own environment variables. */
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  /** What all keys begin with in the bucket, such as `orator/`; its slashes at both ends are looked after. */
  readonly prefix?: string;
  /** `supported` sends and expects CRC32 checksums everywhere, which only AWS surely knows; so it is by default without `endpoint`. */
  readonly checksums?: 'supported' | 'required';
  /** An existing folder for files on their way to S3, with room for the largest ones. */
  readonly spoolFolder: string;
}

/** Time to reach S3, and longest silence of a connection, in milliseconds. */
const CONNECT_MS = 10_000;
const SILENCE_MS = 60_000;

/** The two clients of a bucket: one that sends requests, and one that only signs links. */
export interface S3Clients extends Disposable {
  readonly client: S3Client;
  readonly signer: S3Client;
}

/** Opens the clients of a bucket; nothing is sent yet. @throws {OratorError} `request/invalid` for settings that cannot work. */
export function openS3Clients(options: S3Options): S3Clients {
  if (!options.bucket) throw new OratorError('request/invalid', 'missing S3 bucket');
  if (!options.region) throw new OratorError('request/invalid', 'missing S3 region');
  for (const endpoint of [options.endpoint, options.publicEndpoint]) {
    if (endpoint !== undefined && !/^https?:$/.test(URL.parse(endpoint)?.protocol ?? '')) {
      throw new OratorError('request/invalid', 'The S3 endpoint has to be a URL such as "http://minio:9000".');
    }
  }
  const checksums = (options.checksums ?? (options.endpoint ? 'required' : 'supported')) === 'supported';
  const settings: S3ClientConfig = {
    region: options.region,
    endpoint: options.endpoint,
    forcePathStyle: options.forcePathStyle ?? options.endpoint !== undefined,
    credentials: options.credentials,
    requestChecksumCalculation: checksums ? 'WHEN_SUPPORTED' : 'WHEN_REQUIRED',
    responseChecksumValidation: checksums ? 'WHEN_SUPPORTED' : 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout: SILENCE_MS },
    maxAttempts: 4,
  };
  const client = new S3Client(settings);
  // A link carries no body, so there is nothing to take a checksum of.
  const signer = new S3Client({
    ...settings,
    endpoint: options.publicEndpoint ?? options.endpoint,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  return {
    client,
    signer,
    [Symbol.dispose]() {
      client.destroy();
      signer.destroy();
    },
  };
}
