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
}

/** What an avatar holds. */
export interface AvatarFacts {
  readonly model: string;
  readonly faceSize: number;
  readonly frames: number;
  readonly width: number;
  readonly height: number;
}

/** An avatar that is asked for. */
export interface AvatarRequest {
  /** The id of an uploaded training video */
  readonly video: string;
  /** "avatar" by default */
  readonly name?: string;
  /** "wav2lip" by default */
  readonly model?: 'wav2lip';
  /** Side of the face pictures; 256 for the LiveTalking of today; 96 by default */
  readonly faceSize?: 96 | 256;
  /** -10 to 10, 0 by default */
  readonly priority?: number;
  readonly webhook?: string;
}

/** What the service needs, and whether it is there. */
export interface Checks {
  readonly database: 'ok' | 'failed';
  readonly storage: 'ok' | 'failed';
  readonly queue: 'ok' | 'failed';
  readonly ffmpeg: 'ok' | 'failed';
  readonly disk: 'ok' | 'failed';
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
  readonly title: string;
  readonly subject: 'portrait' | 'video' | 'rig';
  readonly reads: 'motion' | 'audio';
  readonly models: readonly string[];
  readonly available: boolean;
}

/** What `getAssetContent` can be asked for. */
export interface GetAssetContentQuery {
  /** "0" by default */
  readonly download?: '0' | '1';
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
      /** The id of the clip */
      readonly asset: string | null;
      /** Where the clip is */
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
  readonly createdAt: string;
  readonly revokedAt: string | null;
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
  readonly kind?: string;
}

/** What `listKeys` answers. */
export interface ListKeysAnswer {
  readonly keys: readonly Key[];
}

/** What `listModels` answers. */
export interface ListModelsAnswer {
  readonly models: readonly Model[];
}

/** What `listVoices` answers. */
export interface ListVoicesAnswer {
  readonly voices: readonly Voice[];
}

/** What `listVoices` can be asked for. */
export interface ListVoicesQuery {
  readonly language?: string;
}

/** Weights of an engine. */
export interface Model {
  readonly name: string;
  readonly engine: string;
  readonly installed: boolean;
  readonly size_bytes: number;
  readonly licence: string;
  readonly path_ok: boolean;
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
  }[];
  readonly voice?: string;
  readonly timing: 'synthesised' | 'aligned' | 'audio';
  readonly options: {
    /** Speaking rate; 0.5 to 2, 1 by default */
    readonly rate: number;
    /** Pitch of the voice; 0 to 2, 1 by default */
    readonly pitch: number;
    /** Loudness of the voice; 0 to 2, 1 by default */
    readonly volume: number;
    /** Short side of the clip; "512" by default */
    readonly size: '512' | '720p' | '1080p' | '4k' | 'source';
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

/** A video that is asked for. */
export interface VideoRequest {
  /** What animates the face; "portrait" by default */
  readonly engine?: string;
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
  /** Short side of the clip; "512" by default */
  readonly size?: '512' | '720p' | '1080p' | '4k' | 'source';
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
  /** The id of an uploaded picture */
  readonly image: string;
  /** The id of an uploaded recording; without it a voice speaks the text */
  readonly audio?: string;
  /** What may stand in for an engine that cannot run; "none" by default */
  readonly fallback?: 'portrait' | 'none';
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
