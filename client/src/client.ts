import { Api } from './api.ts';
import { download } from './download.ts';
import { type EndedJob, followJob } from './follow-job.ts';
import type { Asset, Job } from './schemas.ts';
import { type Binary, type CallOptions, Transport, type TransportOptions } from './transport.ts';
import { type FileOptions, type UploadOptions, upload } from './upload.ts';

/** What waiting for a job also takes. */
export interface WaitOptions extends CallOptions {
  /** Sees every state that the job comes to. */
  readonly onState?: (job: Job) => void;
}

/** An Orator service: every operation as a method, and what takes more than one request. */
export class OratorClient extends Api {
  constructor(options: TransportOptions = {}) {
    super(new Transport(options));
  }

  /** Uploads a picture, a recording or a video. With `onProgress`, or as a stream, it is sent while it is read. */
  upload(source: Binary, options: UploadOptions = {}): Promise<Asset> {
    return upload(this.transport, source, options);
  }

  /** Every state that a job comes to, the last one when it is over; goes on after a dropped connection. */
  followJob(id: string, options: CallOptions = {}): AsyncGenerator<Job, void> {
    return followJob(this, this.transport.wait, id, options);
  }

  /** Resolves when a job is over, however it ended: look at its `state`. */
  async waitForJob(id: string, { onState = () => {}, ...options }: WaitOptions = {}): Promise<EndedJob> {
    let last: Job | undefined;
    for await (const job of this.followJob(id, options)) {
      last = job;
      onState(job);
    }
    return last as EndedJob; // following ends with nothing else
  }

  /** Fetches a stored file whole; goes on after a dropped connection. For a stream of it there is `getAssetContent`. */
  download(asset: string, options: FileOptions = {}): Promise<File> {
    return download(this, this.transport.wait, asset, options);
  }
}
