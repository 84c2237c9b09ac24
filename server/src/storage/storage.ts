import type { Readable } from 'node:stream';

/** What is known of a stored file. */
export interface StoredFile {
  readonly key: string;
  readonly bytes: number;
  /** The media type, such as `video/mp4`. */
  readonly type: string;
  /** Of the content, in hexadecimal. Empty for a file that came by an upload link, which nobody here has read. */
  readonly sha256: string;
  /** As in the HTTP header, quotes included. */
  readonly etag?: string;
  readonly modifiedAt: Date;
}

/** How a file is taken in. */
export interface PutOptions {
  /** The media type, such as `video/mp4`. */
  readonly type: string;
  readonly signal?: AbortSignal;
  /** More than this is refused with `source/too-large`. */
  readonly maxBytes?: number;
}

/** A part of a file, counted as HTTP does: both ends belong to it, and an `end` beyond the last byte means the last byte. */
export interface ByteRange {
  readonly start: number;
  readonly end?: number;
}

/** What is known of a file, and its bytes. The receiver reads `body` to its end or destroys it. */
export interface OpenedFile {
  readonly file: StoredFile;
  readonly body: Readable;
}

/** Whether a browser shows a file or saves it. */
export type Disposition = 'inline' | 'attachment';

/** What a link for downloading shall say. */
export interface DownloadLinkOptions {
  /** How long it works, from now; the longest is `LONGEST_LINK_SECONDS`, and more is cut to that. */
  readonly seconds: number;
  /** The file name that the browser offers; without one it is the last part of the key. */
  readonly name?: string;
  readonly disposition?: Disposition;
}

/** What a link for uploading allows. */
export interface UploadLinkOptions {
  /** How long it works, from now; the longest is `LONGEST_LINK_SECONDS`, and more is cut to that. */
  readonly seconds: number;
  /** The media type: the upload has to send the same as its `Content-Type`. */
  readonly type: string;
  /** The most that may come. A link alone cannot hold anyone to it: compare with `stat` before taking the file in. */
  readonly maxBytes: number;
  /** How many bytes will come, where that is known: the storage then refuses any other number. */
  readonly bytes?: number;
}

/** Seven days: S3 signs for no longer, so no storage does. */
export const LONGEST_LINK_SECONDS = 604_800;

/**
 * A place for files under keys such as `clips/4711/clip.mp4`; see `checkKey` for what a key may be. A file is there as a whole
 * or not at all, and putting one under a key that exists replaces it in one step: who is reading the old one reads it to its end.
 *
 * Every method that takes a key throws `storage/bad-key` for one that is none, and every method may throw `storage/failed` when
 * the storage does not do its part. An abort throws `cancelled`.
 */
export interface Storage extends AsyncDisposable {
  /**
   * Takes in all of `source`. Nothing is visible under the key until the last byte is safe; a failure or an abort leaves nothing,
   * and ends the source. What the source throws is thrown as it is.
   * @throws {OratorError} `source/too-large`, `output/disk-full`
   */
  put(key: string, source: AsyncIterable<Uint8Array>, options: PutOptions): Promise<StoredFile>;

  /**
   * The same for a local file, which may be linked instead of copied: afterwards it may be deleted or replaced, but not written to.
   * @throws {OratorError} `source/too-large`, `output/disk-full`
   */
  putFile(key: string, path: string, options: PutOptions): Promise<StoredFile>;

  /** What is known of a file, or `null` when there is none. */
  stat(key: string): Promise<StoredFile | null>;

  /**
   * Opens a file, or a part of it. An abort ends the body with an error as well.
   * @throws {OratorError} `storage/missing`; `request/invalid` for a range that holds no byte of the file.
   */
  read(key: string, range?: ByteRange, signal?: AbortSignal): Promise<OpenedFile>;

  /**
   * Brings a file to a local path, in an existing folder, which shows it only when it is complete and its sha256 is right.
   * @throws {OratorError} `storage/missing`, `output/unwritable`, `output/disk-full`
   */
  fetchFile(key: string, path: string, signal?: AbortSignal): Promise<StoredFile>;

  /** Removes a file; says whether there was one. */
  remove(key: string): Promise<boolean>;

  /** The files whose keys begin with `prefix`, all of them for an empty one, in an order of the storage's own. */
  list(prefix: string): AsyncIterable<StoredFile>;

  /** A URL from which anyone can download the file for a while. Does not look whether there is one. */
  downloadLink(key: string, options: DownloadLinkOptions): Promise<string>;

  /**
   * A URL to which anyone can PUT the file for a while; only where the storage takes in files by itself.
   * @throws {OratorError} `source/too-large` when more bytes are announced than allowed.
   */
  uploadLink?(key: string, options: UploadLinkOptions): Promise<string>;

  /** Resolves when files can be written and read right now; throws what stands in the way. */
  check(): Promise<void>;
}
