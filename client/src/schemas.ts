// Made by `npm run client` from the OpenAPI document of the service.

/** A stored file. */
export interface Asset {
  readonly id: string;
  readonly kind: 'upload' | 'clip' | 'avatar';
  readonly name: string;
  /** Media type, from what the file holds */
  readonly type: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  /** Where the file itself is */
  readonly content: string;
  /** The job that made it, while that is listed */
  readonly job: string | null;
  /** How the text begins that it says, where the job had one */
  readonly said: string | null;
  /** Whether it was recorded in a live session */
  readonly live: boolean;
}

/** A Avatar. */
export interface Avatar {
  /** Also the id of the file that holds it */
  readonly id: string;
  readonly name: string;
  readonly model: 'wav2lip' | 'musetalk' | 'portrait';
  /** Side of the face pictures; null where there are none */
  readonly faceSize: number | null;
  readonly frames: number;
  readonly width: number;
  readonly height: number;
  /** Size of the TAR */
  readonly bytes: number;
  /** Of the TAR */
  readonly sha256: string;
  readonly createdAt: string;
  /** The job that made it; null for one that was imported */
  readonly job: string | null;
  /** Where a small JPEG is */
  readonly picture: string;
  /** Where the TAR is */
  readonly export: string;
}

/** What an avatar holds. */
export interface AvatarFacts {
  readonly model: string;
  readonly faceSize: number | null;
  readonly frames: number;
  readonly width: number;
  readonly height: number;
}

/** A AvatarRequest. */
export interface AvatarRequest {
  /** wav2lip and musetalk come from a training video and go to LiveTalking; portrait is a photo made ready for /videos; "wav2lip" by default */
  readonly model?: 'wav2lip' | 'musetalk' | 'portrait';
  /** The id of an uploaded training video, or the address of one */
  readonly video?: string;
  /** For portrait: the id of an uploaded picture, or the address of one */
  readonly image?: string;
  /** "avatar" by default */
  readonly name?: string;
  /** For wav2lip: side of the face pictures, 96 unless told; 256 for the LiveTalking of today */
  readonly faceSize?: 96 | 256;
  /** For portrait: which face of the picture */
  readonly face?: 'largest' | 'left' | number;
  /** -10 to 10, 0 by default */
  readonly priority?: number;
  readonly webhook?: string;
}

/** What `changeLiveSession` is sent. */
export interface ChangeLiveSessionBody {
  readonly emotion?: 'neutral' | 'happy' | 'sad' | 'angry' | 'surprised' | 'fearful' | 'disgusted' | 'contempt';
  /** 0 to 7 */
  readonly emo?: number;
  /** 0 to 1 */
  readonly intensity?: number;
  readonly gaze?: 'natural' | 'camera' | 'away';
}

/** What the service needs, and whether it is there; engine: whether its networks, kernels and voice were loaded, soon after the start. */
export interface Checks {
  readonly database: 'ok' | 'failed';
  readonly storage: 'ok' | 'failed';
  readonly queue: 'ok' | 'failed';
  readonly ffmpeg: 'ok' | 'failed';
  readonly disk: 'ok' | 'failed';
  readonly engine: 'ok' | 'failed';
}

/** What `countAvatarJobs` answers. */
export interface CountAvatarJobsAnswer {
  readonly running: number;
  readonly pending: number;
  readonly completed: number;
  readonly failed: number;
  /** Avatars built at once */
  readonly max_concurrent: number;
}

/** What `createKey` answers. */
export interface CreateKeyAnswer {
  readonly id: string;
  readonly key: string;
}

/** What `createKey` is sent. */
export interface CreateKeyBody {
  readonly name: string;
  /** ["read","create"] by default */
  readonly scopes?: readonly ('read' | 'create' | 'admin' | 'internal')[];
  readonly limits?: KeyLimitsInput;
}

/** What `createTicket` answers. */
export interface CreateTicketAnswer {
  readonly ticket: string;
  readonly expiresAt: string;
}

/** What `createTicket` is sent. */
export interface CreateTicketBody {
  /** Those of the key unless told */
  readonly scopes?: readonly ('read' | 'create')[];
  /** The only path that it is for, with all below it */
  readonly path?: string;
  /** The only live session that it is for, over its WebSocket as well */
  readonly session?: string;
  /** 1 to 60, 30 by default */
  readonly seconds?: number;
}

/** What `createUpload` is sent. */
export interface CreateUploadBody {
  readonly file: Blob;
}

/** What an address was told, or is still to be told. */
export interface Delivery {
  readonly id: string;
  readonly job: string;
  readonly url: string;
  readonly attempts: number;
  /** What the address answered last */
  readonly lastStatus: number | null;
  /** Why nothing was answered */
  readonly lastError: string | null;
  readonly createdAt: string;
  readonly deliveredAt: string | null;
}

/** A way to animate a subject. */
export interface Engine {
  readonly id: string;
  /** What people call it */
  readonly name: string;
  readonly title: string;
  readonly subject: 'portrait' | 'video' | 'rig';
  readonly reads: 'motion' | 'audio';
  readonly models: readonly string[];
  /** Whether somebody here can make videos with it now */
  readonly available: boolean;
  /** What keeps it from running, with the cure */
  readonly missing: {
    readonly code: string;
    readonly message: string;
  } | null;
}

/** What `exportAvatar` can be asked for. */
export interface ExportAvatarQuery {
  readonly for?: 'livetalking';
}

/** One thing that was looked at on the machine. */
export interface Finding {
  readonly what: string;
  /** problem: no clip can be made; missing: something optional is not there */
  readonly state: 'ok' | 'missing' | 'problem';
  readonly found: string;
  readonly cure?: string;
}

/** What `getAssetContent` can be asked for. */
export interface GetAssetContentQuery {
  /** "0" by default */
  readonly download?: '0' | '1';
}

/** What `getDoctor` answers. */
export interface GetDoctorAnswer {
  readonly findings: readonly Finding[];
}

/** What `getGpuInfo` answers. */
export interface GetGpuInfoAnswer {
  readonly available: boolean;
  readonly reason?: string;
  readonly gpus: readonly Gpu[];
}

/** What `getHealth` answers. */
export interface GetHealthAnswer {
  readonly status: 'healthy' | 'degraded';
  readonly version: string;
  readonly backend: string;
  readonly uptime_seconds: number;
  readonly active_sessions: number;
  readonly engines: readonly string[];
  readonly checks: Checks;
}

/** What `getLive` answers. */
export interface GetLiveAnswer {
  readonly status: 'alive';
}

/** What `getLiveStats` answers. */
export interface GetLiveStatsAnswer {
  readonly active_sessions: number;
  readonly max_sessions: number;
  readonly total_sessions: number;
  readonly frames_total: number;
  readonly fps_mean: number;
  readonly latency_ms: {
    readonly p50: number;
    readonly p95: number;
    readonly p99: number;
  };
  readonly dropped_frames: number;
  readonly queue_depth: number;
}

/** What `getLog` answers. */
export interface GetLogAnswer {
  readonly correlation_id: string;
  readonly lines: readonly LogLine[];
}

/** What `getWebhookSecret` answers. */
export interface GetWebhookSecretAnswer {
  readonly secret: string;
}

/** A GPU as it is now. */
export interface Gpu {
  readonly id: number;
  readonly name: string;
  readonly memory_total_mb: number;
  readonly memory_used_mb: number;
  readonly utilization_percent: number | null;
  readonly temperature_c: number | null;
  readonly driver: string;
}

/** What `importAvatar` is sent. */
export interface ImportAvatarBody {
  readonly file: Blob;
}

/** What `importAvatar` can be asked for. */
export interface ImportAvatarQuery {
  /** What to call it; by default as the file */
  readonly name?: string;
}

/** A InternalAvatarJob. */
export interface InternalAvatarJob {
  readonly job_id: string;
  readonly avatar_id: string;
  readonly model: string;
  readonly status: 'pending' | 'processing' | 'completed' | 'failed' | 'cancelled';
  /** Tries so far */
  readonly attempts: number;
  readonly max_retries: number;
  /** 0 to 100 */
  readonly progress: number;
  readonly runpod_job_id: string | null;
  /** A fresh link to the TAR */
  readonly upload_url: string | null;
  readonly num_frames: number | null;
  readonly error: string | null;
  readonly created_at: string;
  readonly updated_at: string;
}

/** A job in one of its states, each with just its own fields. */
export type Job =
  | {
      readonly id: string;
      readonly kind: string;
      /** Tries so far */
      readonly attempt: number;
      readonly priority: number;
      readonly createdAt: string;
      readonly updatedAt: string;
      readonly state: 'pending';
    }
  | {
      readonly id: string;
      readonly kind: string;
      /** Tries so far */
      readonly attempt: number;
      readonly priority: number;
      readonly createdAt: string;
      readonly updatedAt: string;
      readonly state: 'processing';
      readonly progress: JobProgress | null;
    }
  | {
      readonly id: string;
      readonly kind: string;
      /** Tries so far */
      readonly attempt: number;
      readonly priority: number;
      readonly createdAt: string;
      readonly updatedAt: string;
      readonly state: 'completed';
      readonly outcome: 'success' | 'fallback';
      /** The id of the clip or the avatar */
      readonly asset: string | null;
      /** Where its file is */
      readonly content: string | null;
      readonly receipt?: Receipt;
      readonly avatar?: AvatarFacts;
    }
  | {
      readonly id: string;
      readonly kind: string;
      /** Tries so far */
      readonly attempt: number;
      readonly priority: number;
      readonly createdAt: string;
      readonly updatedAt: string;
      readonly state: 'failed';
      readonly code: string;
      readonly message: string;
    }
  | {
      readonly id: string;
      readonly kind: string;
      /** Tries so far */
      readonly attempt: number;
      readonly priority: number;
      readonly createdAt: string;
      readonly updatedAt: string;
      readonly state: 'cancelled';
    };

/** How far a running job is. */
export interface JobProgress {
  readonly stage: string;
  readonly frames?: number;
  /** Frames made per second */
  readonly fps?: number;
  /** 0 to 1, where the whole is known */
  readonly share?: number;
  readonly etaSeconds?: number;
}

/** A key, without itself. */
export interface Key {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly ('read' | 'create' | 'admin' | 'internal')[];
  readonly limits: KeyLimits;
  readonly createdAt: string;
  readonly revokedAt: string | null;
}

/** What the key may use; the settings say what is not said here. */
export interface KeyLimits {
  /** 0 to 1000000 */
  readonly requestsPerMinute?: number;
  /** Jobs that run at once; 1 to 100 */
  readonly jobs?: number;
  /** Seconds of video made in 24 hours; at least 0 */
  readonly secondsPerDay?: number;
  /** Live sessions at once; at least 0 */
  readonly sessions?: number;
  /** Bytes of all its files together; at least 0 */
  readonly storedBytes?: number;
}

/** What the key may use; the settings say what is not said here. */
export interface KeyLimitsInput {
  /** 0 to 1000000 */
  readonly requestsPerMinute?: number;
  /** Jobs that run at once; 1 to 100 */
  readonly jobs?: number;
  /** Seconds of video made in 24 hours; at least 0 */
  readonly secondsPerDay?: number;
  /** Live sessions at once; at least 0 */
  readonly sessions?: number;
  /** Bytes of all its files together; at least 0 */
  readonly storedBytes?: number;
}

/** What `linkAsset` answers. */
export interface LinkAssetAnswer {
  readonly url: string;
  readonly expiresAt: string;
}

/** What `linkAsset` is sent. */
export interface LinkAssetBody {
  /** 1 to 604800, 3600 by default */
  readonly seconds?: number;
}

/** What `listAssets` answers. */
export interface ListAssetsAnswer {
  readonly assets: readonly Asset[];
  readonly next: string | null;
}

/** What `listAssets` can be asked for. */
export interface ListAssetsQuery {
  /** 1 to 200, 50 by default */
  readonly limit?: number;
  /** The "next" of the page before */
  readonly after?: string;
  readonly kind?: 'upload' | 'clip' | 'avatar';
  /** 1: only recordings of live sessions; 0: none of them */
  readonly live?: '0' | '1';
  /** Words in the name or in the text that is said */
  readonly search?: string;
}

/** What `listAvatars` answers. */
export interface ListAvatarsAnswer {
  readonly avatars: readonly Avatar[];
  readonly next: string | null;
}

/** What `listAvatars` can be asked for. */
export interface ListAvatarsQuery {
  /** 1 to 200, 50 by default */
  readonly limit?: number;
  /** The "next" of the page before */
  readonly after?: string;
  readonly model?: 'wav2lip' | 'musetalk' | 'portrait';
  readonly name?: string;
}

/** What `listDeliveries` answers. */
export interface ListDeliveriesAnswer {
  readonly deliveries: readonly Delivery[];
  readonly next: string | null;
}

/** What `listDeliveries` can be asked for. */
export interface ListDeliveriesQuery {
  /** 1 to 200, 50 by default */
  readonly limit?: number;
  /** The "next" of the page before */
  readonly after?: string;
}

/** What `listEngines` answers. */
export interface ListEnginesAnswer {
  readonly engines: readonly Engine[];
}

/** What `listJobs` answers. */
export interface ListJobsAnswer {
  readonly jobs: readonly Job[];
  readonly next: string | null;
}

/** What `listJobs` can be asked for. */
export interface ListJobsQuery {
  /** 1 to 200, 50 by default */
  readonly limit?: number;
  /** The "next" of the page before */
  readonly after?: string;
  readonly state?: 'pending' | 'processing' | 'completed' | 'failed' | 'cancelled';
  readonly outcome?: 'success' | 'fallback';
  /** Such as video.portrait; its first word stands for all such kinds, as video */
  readonly kind?: string;
}

/** What `listKeys` answers. */
export interface ListKeysAnswer {
  readonly keys: readonly Key[];
}

/** What `listLiveSessions` answers. */
export interface ListLiveSessionsAnswer {
  readonly sessions: readonly LiveSession[];
  readonly active: number;
  readonly max: number;
}

/** What `listModels` answers. */
export interface ListModelsAnswer {
  readonly models: readonly Model[];
}

/** What `listPushes` answers. */
export interface ListPushesAnswer {
  readonly pushes: readonly Push[];
}

/** What `listVoices` answers. */
export interface ListVoicesAnswer {
  readonly voices: readonly Voice[];
}

/** What `listVoices` can be asked for. */
export interface ListVoicesQuery {
  readonly language?: string;
}

/** What `listWorkers` answers. */
export interface ListWorkersAnswer {
  readonly workers: readonly Worker[];
}

/** A LiveSession. */
export interface LiveSession {
  readonly session_id: string;
  readonly state: 'ready' | 'streaming' | 'completed' | 'error';
  readonly engine: string;
  readonly created_at: string;
  readonly last_activity_at: string;
  readonly frames: number;
  readonly fps: number;
  readonly latency_ms: number;
  readonly viewers: number;
}

/** A line of the log; it never holds scripts or keys. */
export interface LogLine {
  readonly timestamp: string;
  readonly level: string;
  readonly component: string;
  readonly message: string;
  readonly error: string | null;
}

/** Weights of an engine. */
export interface Model {
  readonly name: string;
  readonly title: string;
  /** The engine or tool that uses it */
  readonly engine: string;
  readonly file: string;
  readonly installed: boolean;
  /** null where nobody knows it before the file is here */
  readonly size_bytes: number | null;
  /** Whether the disk has room for it, or holds it already */
  readonly fits: boolean;
  readonly licence: string;
  /** Whether it may be fetched without accepting the licence now */
  readonly licence_accepted: boolean;
  readonly path_ok: boolean;
  readonly sha256: string | null;
  /** Whether its hash was published; else the first pull records what it got */
  readonly pinned: boolean;
  /** Where it is fetched from, first one first; none where its authors have no address for it */
  readonly sources: readonly string[];
  /** Where what is here came from */
  readonly source: string | null;
  readonly pulled_at: string | null;
  /** The pull that goes on, or the last one since the service began */
  readonly pull: ModelPull | null;
}

/** How far a pull of weights is, or how it ended. */
export interface ModelPull {
  readonly state: 'fetching' | 'checking' | 'done' | 'failed';
  /** What is here of the file */
  readonly bytes: number;
  /** Its size, where it is known */
  readonly total: number | null;
  readonly source: string | null;
  /** Why it failed */
  readonly code: string | null;
  readonly message: string | null;
}

/** A ModelPullRequest. */
export interface ModelPullRequest {
  /** false by default */
  readonly accept_licence?: boolean;
  /** An address instead of the known ones */
  readonly from?: string;
}

/** A OpenedSession. */
export interface OpenedSession {
  readonly session_id: string;
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly warnings: readonly string[];
  /** Where to watch over WebRTC */
  readonly whep: string;
  /** Where to send a microphone over WebRTC */
  readonly whip: string;
  /** Fields of the config that have no effect */
  readonly unused?: readonly string[];
}

/** The first seconds of what a face says, for who draws it for himself. */
export interface Preview {
  readonly seconds: number;
  readonly fps: number;
  /** A WAV file, in base64 */
  readonly sound: string;
  /** How the face stands in each frame: packets of docs/live.md, in base64 */
  readonly motion: readonly string[];
  readonly words: readonly {
    readonly start: number;
    readonly end: number;
    /** Where in the text it begins */
    readonly from?: number;
    readonly to?: number;
  }[];
}

/** What a face is to say and how, without the face. */
export interface PreviewRequest {
  /** Weights, where an engine has several; else the first that is here */
  readonly model?: string;
  /** What to say; with a recording, what is said in it */
  readonly text?: string;
  /** Voice that speaks the text; "en-us" by default */
  readonly voice?: string;
  /** Speaking rate; 0.5 to 2, 1 by default */
  readonly rate?: number;
  /** Pitch of the voice; 0 to 2, 1 by default */
  readonly pitch?: number;
  /** Loudness of the voice; 0 to 2, 1 by default */
  readonly volume?: number;
  /** Frames per second; 10 to 60, 25 by default */
  readonly fps?: number;
  /** Emotion, or a list with times: neutral@0,happy:0.8@2.5; "neutral" by default */
  readonly emotion?: string;
  /** Strength of the emotion; 0 to 1, 0.5 by default */
  readonly intensity?: number;
  /** Liveliness of the head; 0 to 2, 1 by default */
  readonly headMotion?: number;
  /** Where the eyes look; "natural" by default */
  readonly gaze?: 'natural' | 'camera' | 'away';
  /** How often the eyes blink; 0 = never; 0 to 3, 1 by default */
  readonly blink?: number;
  /** Same seed, same clip; 0 to 4294967295, 1 by default */
  readonly seed?: number;
  /** The id of an uploaded recording; without it a voice speaks the text */
  readonly audio?: string;
  /** The most that is wanted; 1 to 20, 8 by default */
  readonly seconds?: number;
}

/** What every error looks like: RFC 9457 problem details with a code. */
export interface Problem {
  /** about:blank: the code says it all */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** What happened, for programs: face/not-found */
  readonly code: string;
  /** What happened and what to do next, for people */
  readonly detail: string;
  /** The id of the request, as in the logs */
  readonly instance: string;
}

/** A Push. */
export interface Push {
  readonly id: string;
  /** The server; path and key are not told */
  readonly target: string;
  readonly state: 'connecting' | 'live' | 'retrying' | 'failed';
  /** Why the last connection was lost or not made */
  readonly reason: {
    readonly code: string;
    readonly message: string;
  } | null;
  /** How often it was connected */
  readonly connections: number;
  readonly bytes: number;
  /** Pictures that were left out because the server was too slow */
  readonly dropped: number;
  readonly startedAt: string;
}

/** What `pushLiveSession` is sent. */
export interface PushLiveSessionBody {
  readonly url: string;
  readonly key?: string;
}

/** Whether the service takes work. */
export interface Readiness {
  readonly status: 'ready' | 'not ready';
  readonly draining: boolean;
  readonly checks: Checks;
}

/** What made a clip and how. */
export interface Receipt {
  readonly orator: string;
  readonly outcome: 'success' | 'fallback';
  readonly reason?: string;
  readonly engine: string;
  readonly requested?: string;
  readonly models: readonly {
    readonly name: string;
    readonly sha256?: string;
    readonly provider?: string;
    readonly precision?: 'fp32' | 'fp16';
    readonly precisionReason?: string;
  }[];
  readonly voice?: string;
  readonly timing: 'synthesised' | 'aligned' | 'audio';
  readonly options: {
    /** Weights, where an engine has several; else the first that is here */
    readonly model?: string;
    /** Speaking rate; 0.5 to 2, 1 by default */
    readonly rate: number;
    /** Pitch of the voice; 0 to 2, 1 by default */
    readonly pitch: number;
    /** Loudness of the voice; 0 to 2, 1 by default */
    readonly volume: number;
    /** Short side of the clip; auto is 512 for a picture and source for a video; "auto" by default */
    readonly size: '512' | 'auto' | '720p' | '1080p' | '4k' | 'source';
    /** Frames per second; 10 to 60, 25 by default */
    readonly fps: number;
    /** How much of the picture is shown; "auto" by default */
    readonly crop: 'auto' | 'full' | 'square';
    /** Which face speaks, when there are several; "largest" by default */
    readonly face: 'largest' | 'left' | number;
    /** Emotion, or a list with times: neutral@0,happy:0.8@2.5; "neutral" by default */
    readonly emotion: string;
    /** Strength of the emotion; 0 to 1, 0.5 by default */
    readonly intensity: number;
    /** Liveliness of the head; 0 to 2, 1 by default */
    readonly headMotion: number;
    /** Where the eyes look; "natural" by default */
    readonly gaze: 'natural' | 'camera' | 'away';
    /** How often the eyes blink; 0 = never; 0 to 3, 1 by default */
    readonly blink: number;
    /** Same seed, same clip; 0 to 4294967295, 1 by default */
    readonly seed: number;
    /** Longest sound accepted; 0 = any; at least 0, 3600 by default */
    readonly maxDuration: number;
  };
  readonly subject: {
    readonly sha256: string;
    readonly bytes: number;
  };
  readonly audio?: {
    readonly sha256: string;
    readonly bytes: number;
  };
  readonly text?: {
    readonly sha256: string;
    readonly bytes: number;
  };
  readonly clip: {
    readonly width: number;
    readonly height: number;
    readonly fps: number;
    readonly frames: number;
    readonly seconds: number;
  };
  readonly timings: Readonly<Record<string, number>>;
  readonly warnings: readonly string[];
  readonly encoder: string;
  readonly created: string;
}

/** A Recording. */
export interface Recording {
  readonly startedAt: string;
  readonly seconds: number;
}

/** What `removeModel` answers. */
export interface RemoveModelAnswer {
  readonly removed: boolean;
}

/** What `sayInLiveSession` answers. */
export interface SayInLiveSessionAnswer {
  readonly utterance: string;
}

/** What `sayInLiveSession` is sent. */
export interface SayInLiveSessionBody {
  readonly text: string;
  readonly voice?: string;
  /** false by default */
  readonly interrupt?: boolean;
}

/** Whether a browser is signed in. */
export interface SignIn {
  /** Whether callers need a key here */
  readonly keyNeeded: boolean;
  /** What this caller may do; null before the sign-in */
  readonly scopes: readonly ('read' | 'create' | 'admin' | 'internal')[] | null;
}

/** What `signIn` is sent. */
export interface SignInBody {
  readonly key: string;
}

/** A UploadFromUrl. */
export interface UploadFromUrl {
  readonly url: string;
}

/** A video that is asked for. */
export interface VideoRequest {
  /** What animates the face; "portrait" by default */
  readonly engine?: string;
  /** Weights, where an engine has several; else the first that is here */
  readonly model?: string;
  /** What to say; with a recording, what is said in it */
  readonly text?: string;
  /** Voice that speaks the text; "en-us" by default */
  readonly voice?: string;
  /** Speaking rate; 0.5 to 2, 1 by default */
  readonly rate?: number;
  /** Pitch of the voice; 0 to 2, 1 by default */
  readonly pitch?: number;
  /** Loudness of the voice; 0 to 2, 1 by default */
  readonly volume?: number;
  /** Short side of the clip; auto is 512 for a picture and source for a video; "auto" by default */
  readonly size?: '512' | 'auto' | '720p' | '1080p' | '4k' | 'source';
  /** Frames per second; 10 to 60, 25 by default */
  readonly fps?: number;
  /** How much of the picture is shown; "auto" by default */
  readonly crop?: 'auto' | 'full' | 'square';
  /** Which face speaks, when there are several; "largest" by default */
  readonly face?: 'largest' | 'left' | number;
  /** Emotion, or a list with times: neutral@0,happy:0.8@2.5; "neutral" by default */
  readonly emotion?: string;
  /** Strength of the emotion; 0 to 1, 0.5 by default */
  readonly intensity?: number;
  /** Liveliness of the head; 0 to 2, 1 by default */
  readonly headMotion?: number;
  /** Where the eyes look; "natural" by default */
  readonly gaze?: 'natural' | 'camera' | 'away';
  /** How often the eyes blink; 0 = never; 0 to 3, 1 by default */
  readonly blink?: number;
  /** Same seed, same clip; 0 to 4294967295, 1 by default */
  readonly seed?: number;
  /** Longest sound accepted; 0 = any; at least 0, 3600 by default */
  readonly maxDuration?: number;
  /** The id of an uploaded picture, or the address of one */
  readonly image?: string;
  /** In place of image: the id of an avatar of the model portrait, which is ready at once */
  readonly avatar?: string;
  /** In place of image, for engines that animate a video: the id of an uploaded one, or its address */
  readonly video?: string;
  /** The id of an uploaded recording, or the address of one; without it a voice speaks the text */
  readonly audio?: string;
  /** What may stand in for an engine that cannot run; "none" by default */
  readonly fallback?: 'portrait' | 'still' | 'none';
  /** An address that is told when the job is over */
  readonly webhook?: string;
  /** Higher ones come first; -10 to 10, 0 by default */
  readonly priority?: number;
}

/** A voice that speaks texts. */
export interface Voice {
  readonly id: string;
  readonly name: string;
  readonly language: string;
  readonly gender: string;
}

/** A Worker. */
export interface Worker {
  /** Its machine and process */
  readonly name: string;
  /** What it can do */
  readonly kinds: readonly string[];
  /** For each kind that it has done: seconds of video made per second */
  readonly speeds: Readonly<Record<string, number>>;
  /** Jobs at hand */
  readonly working: number;
  readonly startedAt: string;
  /** It says so every ten seconds; one that was silent for 30 s is not listed */
  readonly seenAt: string;
}
