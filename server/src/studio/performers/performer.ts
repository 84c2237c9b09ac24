import type { Performer } from '@orator/core/produce/perform';
import type { Receipt } from '@orator/core/produce/receipt';
import type { RenderRequest } from '@orator/core/produce/request';
import type { Stopwatch } from '@orator/core/produce/stopwatch';
import type { Config } from '../../config.ts';
import type { Ffmpeg } from '../../media/ffmpeg.ts';
import type { Setup } from '../../model-store/bring-weights.ts';
import type { ModelRuntime } from '../../runtime/onnx/model-runtime.ts';
import type { Fingerprint } from '../fingerprint.ts';

/** What is animated: a file of this machine, either a picture or a video. */
export interface SubjectFile {
  readonly image?: string;
  /** What the picture was prepared into before, where that is at hand. */
  readonly prepared?: string;
  readonly video?: string;
}

/** What a clip is drawn from, and where it goes. */
export interface Scene extends SubjectFile {
  readonly request: RenderRequest;
  readonly output: string;
  readonly setup: Setup;
}

/** What performers work with. */
export interface Stage {
  readonly config: Config;
  readonly ffmpeg: Ffmpeg;
  /** The networks of this process. */
  readonly runtime: ModelRuntime;
  readonly stopwatch: Stopwatch;
  readonly signal: AbortSignal;
  /** Told what is being done before frames come. */
  readonly say: (words: string) => void;
}

/** An engine with its subject, ready to draw; disposing ends it. */
export interface OpenedPerformer extends AsyncDisposable {
  readonly performer: Performer;
  readonly subject: Fingerprint;
  readonly warnings: readonly string[];
  readonly models: Receipt['models'];
}

/** An engine whose weights are here and loaded. */
export interface ReadyPerformer extends AsyncDisposable {
  readonly reads: Performer['reads'];
  /** @throws {OratorError} what is wrong with the subject; `signal` gives it up. */
  open(signal: AbortSignal): Promise<OpenedPerformer>;
}

/** Makes an engine ready: what it needs besides the subject is looked for and loaded. */
export type ReadyUp = (scene: Scene, stage: Stage) => Promise<ReadyPerformer>;
