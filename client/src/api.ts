// Made by `npm run client` from the OpenAPI document of the service.

import type {
  Asset,
  Avatar,
  AvatarRequest,
  ChangeLiveSessionBody,
  CountAvatarJobsAnswer,
  CreateKeyAnswer,
  CreateKeyBody,
  CreateTicketAnswer,
  CreateTicketBody,
  CreateUploadBody,
  Delivery,
  ExportAvatarQuery,
  GetAssetContentQuery,
  GetDoctorAnswer,
  GetGpuInfoAnswer,
  GetHealthAnswer,
  GetLiveAnswer,
  GetLiveStatsAnswer,
  GetLogAnswer,
  GetWebhookSecretAnswer,
  ImportAvatarBody,
  ImportAvatarQuery,
  InternalAvatarJob,
  Job,
  LinkAssetAnswer,
  LinkAssetBody,
  ListAssetsAnswer,
  ListAssetsQuery,
  ListAvatarsAnswer,
  ListAvatarsQuery,
  ListDeliveriesAnswer,
  ListDeliveriesQuery,
  ListEnginesAnswer,
  ListJobsAnswer,
  ListJobsQuery,
  ListKeysAnswer,
  ListLiveSessionsAnswer,
  ListModelsAnswer,
  ListPushesAnswer,
  ListVoicesAnswer,
  ListVoicesQuery,
  ListWorkersAnswer,
  Model,
  ModelPull,
  ModelPullRequest,
  OpenedSession,
  Preview,
  PreviewRequest,
  Push,
  PushLiveSessionBody,
  Readiness,
  Recording,
  RemoveModelAnswer,
  SayInLiveSessionAnswer,
  SayInLiveSessionBody,
  SignIn,
  SignInBody,
  UploadFromUrl,
  VideoRequest,
} from './schemas.ts';
import { type Binary, type CallOptions, segment, type Transport } from './transport.ts';

/** Every operation of the service, one method each. They reject with a `ServiceError`. */
export class Api {
  protected readonly transport: Transport;

  constructor(transport: Transport) {
    this.transport = transport;
  }

  /** Begin a live session. JSON with the id of an uploaded picture or of a portrait avatar; or multipart/form-data with the picture as file, and config as JSON. It lives on while nothing is said, and ends when nobody watches it for 30 s. */
  beginLiveSession(
    body: {
      readonly asset_id?: string;
      /** A stored portrait avatar, in place of a picture */
      readonly avatar_id?: string;
      /** {} by default */
      readonly config?: {
        /** 64 to 4096 */
        readonly max_size?: number;
        /** 1.5 to 3 */
        readonly crop_scale?: number;
        /** 0 to 7 */
        readonly emo?: number;
        /** 1 to 100 */
        readonly sampling_timesteps?: number;
        /** 10 to 60, 25 by default */
        readonly fps?: number;
        /** "frames" by default */
        readonly mode?: 'frames' | 'motion' | 'sound';
        /** false by default */
        readonly still?: boolean;
        /** false by default */
        readonly binary?: boolean;
        /** "jpeg" by default */
        readonly format?: 'jpeg' | 'webp';
        /** 1 to 100, 80 by default */
        readonly quality?: number;
        /** false by default */
        readonly idle?: boolean;
        readonly late?: 'drop' | 'wait';
        /** false by default */
        readonly audio?: boolean;
        /** false by default */
        readonly events?: boolean;
        readonly emotion?: 'neutral' | 'happy' | 'sad' | 'angry' | 'surprised' | 'fearful' | 'disgusted' | 'contempt';
        /** 0 to 1, 0.5 by default */
        readonly intensity?: number;
        /** "natural" by default */
        readonly gaze?: 'natural' | 'camera' | 'away';
        /** 0 to 2, 1 by default */
        readonly head_motion?: number;
        /** 0 to 3, 1 by default */
        readonly blink?: number;
        /** 0 to 4294967295, 1 by default */
        readonly seed?: number;
        /** "en-us" by default */
        readonly voice?: string;
        /** 0.5 to 2, 1 by default */
        readonly rate?: number;
        /** 0 to 2, 1 by default */
        readonly pitch?: number;
        /** 0 to 2, 1 by default */
        readonly volume?: number;
        /** "largest" by default */
        readonly face?: 'largest' | 'left' | number;
      };
    } | null,
    options: CallOptions = {},
  ): Promise<OpenedSession> {
    return this.transport.json({ method: 'POST', path: '/api/v1/stream/sessions', json: body }, options);
  }

  /** Begin an upload that can be resumed. The tus protocol 1.0.0. The answer's Location is where its parts go; the first may come along. When the last byte is there, the last part of that path is the id of the file. */
  beginUpload({
    tusResumable,
    uploadChecksum,
    uploadLength,
    uploadMetadata,
    ...options
  }: CallOptions & {
    /** The version of the protocol: 1.0.0 */
    readonly tusResumable?: string /** How this part is hashed, and its hash in base64 */;
    readonly uploadChecksum?: string /** Bytes of the whole file */;
    readonly uploadLength?: string /** Keys and values in base64; filename is the name of the file */;
    readonly uploadMetadata?: string;
  } = {}): Promise<Response> {
    return this.transport.response(
      {
        method: 'POST',
        path: '/api/v1/uploads/resumable',
        headers: {
          'tus-resumable': tusResumable,
          'upload-checksum': uploadChecksum,
          'upload-length': uploadLength,
          'upload-metadata': uploadMetadata,
        },
      },
      options,
    );
  }

  /** Cancel a job. */
  cancelJob(id: string, options: CallOptions = {}): Promise<Job> {
    return this.transport.json({ method: 'POST', path: `/api/v1/jobs/${segment(id)}/cancel` }, options);
  }

  /** Stop a pull; what has come stays for the next. */
  cancelModelPull(name: string, options: CallOptions = {}): Promise<ModelPull> {
    return this.transport.json({ method: 'POST', path: `/api/v1/models/${segment(name)}/pull/cancel` }, options);
  }

  /** Change emotion, intensity or gaze of a live session. */
  changeLiveSession(id: string, body: ChangeLiveSessionBody = {}, options: CallOptions = {}): Promise<void> {
    return this.transport.json(
      { method: 'POST', path: `/api/v1/stream/sessions/${segment(id)}/config`, json: body },
      options,
    );
  }

  /** Send the next part of an upload. Of a part that breaks off, what came counts, unless it has a checksum. The latest sender wins. */
  continueUpload(
    id: string,
    body: Binary,
    {
      tusResumable,
      uploadChecksum,
      uploadOffset,
      ...options
    }: CallOptions & {
      /** The version of the protocol: 1.0.0 */
      readonly tusResumable?: string /** How this part is hashed, and its hash in base64 */;
      readonly uploadChecksum?: string /** Where in the file the part begins */;
      readonly uploadOffset?: string;
    } = {},
  ): Promise<void> {
    return this.transport.json(
      {
        method: 'PATCH',
        path: `/api/v1/uploads/resumable/${segment(id)}`,
        bytes: body,
        type: 'application/offset+octet-stream',
        headers: { 'tus-resumable': tusResumable, 'upload-checksum': uploadChecksum, 'upload-offset': uploadOffset },
      },
      options,
    );
  }

  /** Count avatar jobs. */
  countAvatarJobs(options: CallOptions = {}): Promise<CountAvatarJobsAnswer> {
    return this.transport.json({ method: 'GET', path: '/api/v1/internal/avatar/jobs/status' }, options);
  }

  /** Make an avatar from a training video or a photo. The asset of the job, once it is completed, has the id of the avatar. */
  createAvatar(
    body: AvatarRequest,
    { idempotencyKey, ...options }: CallOptions & { readonly idempotencyKey?: string } = {},
  ): Promise<Job> {
    return this.transport.json(
      { method: 'POST', path: '/api/v1/avatars', json: body, headers: { 'idempotency-key': idempotencyKey } },
      options,
    );
  }

  /** Make a key; it is shown this once. */
  createKey(body: CreateKeyBody, options: CallOptions = {}): Promise<CreateKeyAnswer> {
    return this.transport.json({ method: 'POST', path: '/api/v1/keys', json: body }, options);
  }

  /** Hear the first seconds of what a face says, and how it moves. Nothing is kept. The same seed moves as the video does. */
  createPreview(body: PreviewRequest, options: CallOptions = {}): Promise<Preview> {
    return this.transport.json({ method: 'POST', path: '/api/v1/previews', json: body }, options);
  }

  /** Make a ticket that stands for the key in an address, for a minute at most. Sent as ?ticket=… by what cannot send headers: WebSocket, EventSource, and what a page shows or downloads. It is good for GET alone, within its seconds as often as it is sent; what has begun goes on after it. */
  createTicket(body: CreateTicketBody = {}, options: CallOptions = {}): Promise<CreateTicketAnswer> {
    return this.transport.json({ method: 'POST', path: '/api/v1/tickets', json: body }, options);
  }

  /** Upload a picture, a recording or a video. multipart/form-data with one file; what it is, is read from the file itself. */
  createUpload(body: CreateUploadBody, options: CallOptions = {}): Promise<Asset> {
    return this.transport.json({ method: 'POST', path: '/api/v1/uploads', form: body }, options);
  }

  /** Make a video. A second request with the same Idempotency-Key gives the first one’s job. */
  createVideo(
    body: VideoRequest,
    { idempotencyKey, ...options }: CallOptions & { readonly idempotencyKey?: string } = {},
  ): Promise<Job> {
    return this.transport.json(
      { method: 'POST', path: '/api/v1/videos', json: body, headers: { 'idempotency-key': idempotencyKey } },
      options,
    );
  }

  /** Delete a file. */
  deleteAsset(id: string, options: CallOptions = {}): Promise<void> {
    return this.transport.json({ method: 'DELETE', path: `/api/v1/assets/${segment(id)}` }, options);
  }

  /** Delete an avatar and its file. */
  deleteAvatar(id: string, options: CallOptions = {}): Promise<void> {
    return this.transport.json({ method: 'DELETE', path: `/api/v1/avatars/${segment(id)}` }, options);
  }

  /** End a live session. */
  endLiveSession(id: string, options: CallOptions = {}): Promise<void> {
    return this.transport.json({ method: 'DELETE', path: `/api/v1/stream/sessions/${segment(id)}` }, options);
  }

  /** End a push. */
  endPush(id: string, push: string, options: CallOptions = {}): Promise<void> {
    return this.transport.json(
      { method: 'DELETE', path: `/api/v1/stream/sessions/${segment(id)}/push/${segment(push)}` },
      options,
    );
  }

  /** Fetch an avatar as TAR. With for=livetalking, faces of 96 pixels are cut anew from the stored frames with 256, as today’s LiveTalking needs them; ranges are understood where nothing has to be made. */
  exportAvatar(id: string, query: ExportAvatarQuery = {}, options: CallOptions = {}): Promise<Response> {
    return this.transport.response({ method: 'GET', path: `/api/v1/avatars/${segment(id)}/export`, query }, options);
  }

  /** Look at a file. */
  getAsset(id: string, options: CallOptions = {}): Promise<Asset> {
    return this.transport.json({ method: 'GET', path: `/api/v1/assets/${segment(id)}` }, options);
  }

  /** Fetch a file; ranges are understood. */
  getAssetContent(
    id: string,
    query: GetAssetContentQuery = {},
    { range, ...options }: CallOptions & { readonly range?: string } = {},
  ): Promise<Response> {
    return this.transport.response(
      { method: 'GET', path: `/api/v1/assets/${segment(id)}/content`, query, headers: { range } },
      options,
    );
  }

  /** Look at an avatar. */
  getAvatar(id: string, options: CallOptions = {}): Promise<Avatar> {
    return this.transport.json({ method: 'GET', path: `/api/v1/avatars/${segment(id)}` }, options);
  }

  /** Look at an avatar job. */
  getAvatarJob(jobId: string, options: CallOptions = {}): Promise<InternalAvatarJob> {
    return this.transport.json({ method: 'GET', path: `/api/v1/internal/avatar/jobs/${segment(jobId)}` }, options);
  }

  /** See an avatar: its first frame as a JPEG of at most 320 pixels. */
  getAvatarPicture(id: string, options: CallOptions = {}): Promise<Response> {
    return this.transport.response({ method: 'GET', path: `/api/v1/avatars/${segment(id)}/picture` }, options);
  }

  /** Look at the machine: what is there, what is not, and what to do about it. */
  getDoctor(options: CallOptions = {}): Promise<GetDoctorAnswer> {
    return this.transport.json({ method: 'GET', path: '/api/v1/doctor' }, options);
  }

  /** What the GPUs do now. */
  getGpuInfo(options: CallOptions = {}): Promise<GetGpuInfoAnswer> {
    return this.transport.json({ method: 'GET', path: '/api/v1/gpu-info' }, options);
  }

  /** How the service is. */
  getHealth(options: CallOptions = {}): Promise<GetHealthAnswer> {
    return this.transport.json({ method: 'GET', path: '/api/v1/health' }, options);
  }

  /** Look at a job. */
  getJob(id: string, options: CallOptions = {}): Promise<Job> {
    return this.transport.json({ method: 'GET', path: `/api/v1/jobs/${segment(id)}` }, options);
  }

  /** Whether the process answers. */
  getLive(options: CallOptions = {}): Promise<GetLiveAnswer> {
    return this.transport.json({ method: 'GET', path: '/api/v1/live' }, options);
  }

  /** Figures of live sessions. */
  getLiveStats(options: CallOptions = {}): Promise<GetLiveStatsAnswer> {
    return this.transport.json({ method: 'GET', path: '/api/v1/stream/stats' }, options);
  }

  /** What the log of this machine has of a request, by its x-request-id, or of a job. Oldest first. Where ORATOR_LOG_FILES is off there is none. */
  getLog(id: string, options: CallOptions = {}): Promise<GetLogAnswer> {
    return this.transport.json({ method: 'GET', path: `/api/v1/logs/${segment(id)}` }, options);
  }

  /** What drawing a session takes: its photo, and how it moves. A packet in the format of docs/live.md, for who watches in the mode motion. It stays the same for a session. */
  getPortraitToDraw(id: string, options: CallOptions = {}): Promise<Response> {
    return this.transport.response({ method: 'GET', path: `/api/v1/stream/sessions/${segment(id)}/portrait` }, options);
  }

  /** Look at a push. */
  getPush(id: string, push: string, options: CallOptions = {}): Promise<Push> {
    return this.transport.json(
      { method: 'GET', path: `/api/v1/stream/sessions/${segment(id)}/push/${segment(push)}` },
      options,
    );
  }

  /** Whether it takes work: 200, or 503 with what is missing. */
  getReady(options: CallOptions = {}): Promise<Readiness> {
    return this.transport.json({ method: 'GET', path: '/api/v1/ready', answers: [503] }, options);
  }

  /** How long a session has been recorded. */
  getRecording(id: string, options: CallOptions = {}): Promise<Recording> {
    return this.transport.json({ method: 'GET', path: `/api/v1/stream/sessions/${segment(id)}/recording` }, options);
  }

  /** Whether a key is needed, and what this caller may do. */
  getSignIn(options: CallOptions = {}): Promise<SignIn> {
    return this.transport.json({ method: 'GET', path: '/api/v1/sign-in' }, options);
  }

  /** Ask how far an upload is. Upload-Offset says how many bytes are safe. */
  getUploadOffset(
    id: string,
    {
      tusResumable,
      ...options
    }: CallOptions & {
      /** The version of the protocol: 1.0.0 */ readonly tusResumable?: string;
    } = {},
  ): Promise<Response> {
    return this.transport.response(
      { method: 'HEAD', path: `/api/v1/uploads/resumable/${segment(id)}`, headers: { 'tus-resumable': tusResumable } },
      options,
    );
  }

  /** The secret that deliveries are signed with (Standard Webhooks). */
  getWebhookSecret(options: CallOptions = {}): Promise<GetWebhookSecretAnswer> {
    return this.transport.json({ method: 'GET', path: '/api/v1/webhooks/secret' }, options);
  }

  /** Give an upload up. */
  giveUploadUp(
    id: string,
    {
      tusResumable,
      ...options
    }: CallOptions & {
      /** The version of the protocol: 1.0.0 */ readonly tusResumable?: string;
    } = {},
  ): Promise<void> {
    return this.transport.json(
      {
        method: 'DELETE',
        path: `/api/v1/uploads/resumable/${segment(id)}`,
        headers: { 'tus-resumable': tusResumable },
      },
      options,
    );
  }

  /** Take in an avatar as TAR. multipart/form-data with one file: a TAR from here, from LiveTalking or from MuseTalk, gzipped or not. Everything in it is checked. */
  importAvatar(body: ImportAvatarBody, query: ImportAvatarQuery = {}, options: CallOptions = {}): Promise<Avatar> {
    return this.transport.json({ method: 'POST', path: '/api/v1/avatars/import', form: body, query }, options);
  }

  /** Silence a live session at once; what waits is forgotten. */
  interruptLiveSession(id: string, options: CallOptions = {}): Promise<void> {
    return this.transport.json({ method: 'POST', path: `/api/v1/stream/sessions/${segment(id)}/interrupt` }, options);
  }

  /** Make a link that needs no key and expires. */
  linkAsset(id: string, body: LinkAssetBody = {}, options: CallOptions = {}): Promise<LinkAssetAnswer> {
    return this.transport.json({ method: 'POST', path: `/api/v1/assets/${segment(id)}/link`, json: body }, options);
  }

  /** List files, newest first. */
  listAssets(query: ListAssetsQuery = {}, options: CallOptions = {}): Promise<ListAssetsAnswer> {
    return this.transport.json({ method: 'GET', path: '/api/v1/assets', query }, options);
  }

  /** List avatars, newest first. */
  listAvatars(query: ListAvatarsQuery = {}, options: CallOptions = {}): Promise<ListAvatarsAnswer> {
    return this.transport.json({ method: 'GET', path: '/api/v1/avatars', query }, options);
  }

  /** List deliveries, newest first. */
  listDeliveries(query: ListDeliveriesQuery = {}, options: CallOptions = {}): Promise<ListDeliveriesAnswer> {
    return this.transport.json({ method: 'GET', path: '/api/v1/webhooks', query }, options);
  }

  /** List engines. */
  listEngines(options: CallOptions = {}): Promise<ListEnginesAnswer> {
    return this.transport.json({ method: 'GET', path: '/api/v1/engines' }, options);
  }

  /** List jobs, newest first. */
  listJobs(query: ListJobsQuery = {}, options: CallOptions = {}): Promise<ListJobsAnswer> {
    return this.transport.json({ method: 'GET', path: '/api/v1/jobs', query }, options);
  }

  /** List keys. */
  listKeys(options: CallOptions = {}): Promise<ListKeysAnswer> {
    return this.transport.json({ method: 'GET', path: '/api/v1/keys' }, options);
  }

  /** List live sessions. */
  listLiveSessions(options: CallOptions = {}): Promise<ListLiveSessionsAnswer> {
    return this.transport.json({ method: 'GET', path: '/api/v1/stream/sessions' }, options);
  }

  /** Weights, installed or not. */
  listModels(options: CallOptions = {}): Promise<ListModelsAnswer> {
    return this.transport.json({ method: 'GET', path: '/api/v1/models' }, options);
  }

  /** List where a live session is pushed to. */
  listPushes(id: string, options: CallOptions = {}): Promise<ListPushesAnswer> {
    return this.transport.json({ method: 'GET', path: `/api/v1/stream/sessions/${segment(id)}/push` }, options);
  }

  /** List voices. */
  listVoices(query: ListVoicesQuery = {}, options: CallOptions = {}): Promise<ListVoicesAnswer> {
    return this.transport.json({ method: 'GET', path: '/api/v1/voices', query }, options);
  }

  /** List the processes that work on jobs. */
  listWorkers(options: CallOptions = {}): Promise<ListWorkersAnswer> {
    return this.transport.json({ method: 'GET', path: '/api/v1/workers' }, options);
  }

  /** Fetch weights. Answers at once with how far it is; follow it at pull/events. A pull that broke off goes on where it was. Size, hash and architecture are checked before anything is used. */
  pullModel(name: string, body: ModelPullRequest, options: CallOptions = {}): Promise<ModelPull> {
    return this.transport.json({ method: 'POST', path: `/api/v1/models/${segment(name)}/pull`, json: body }, options);
  }

  /** Push a live session to a streaming server. rtmp://host/app with the name of the stream as key (rtmps too), or the address of a WHIP endpoint with its token as key. It connects again when the connection is lost, and ends with the session. */
  pushLiveSession(id: string, body: PushLiveSessionBody, options: CallOptions = {}): Promise<Push> {
    return this.transport.json(
      { method: 'POST', path: `/api/v1/stream/sessions/${segment(id)}/push`, json: body },
      options,
    );
  }

  /** Remove weights. */
  removeModel(name: string, options: CallOptions = {}): Promise<RemoveModelAnswer> {
    return this.transport.json({ method: 'DELETE', path: `/api/v1/models/${segment(name)}` }, options);
  }

  /** Send a delivery once more. */
  replayDelivery(id: string, options: CallOptions = {}): Promise<Delivery> {
    return this.transport.json({ method: 'POST', path: `/api/v1/webhooks/${segment(id)}/replay` }, options);
  }

  /** Try a failed avatar job again. */
  retryAvatarJob(jobId: string, options: CallOptions = {}): Promise<InternalAvatarJob> {
    return this.transport.json(
      { method: 'POST', path: `/api/v1/internal/avatar/jobs/${segment(jobId)}/retry` },
      options,
    );
  }

  /** Try a failed or cancelled job again. */
  retryJob(id: string, options: CallOptions = {}): Promise<Job> {
    return this.transport.json({ method: 'POST', path: `/api/v1/jobs/${segment(id)}/retry` }, options);
  }

  /** Revoke a key; within seconds it no longer works anywhere. */
  revokeKey(id: string, options: CallOptions = {}): Promise<void> {
    return this.transport.json({ method: 'DELETE', path: `/api/v1/keys/${segment(id)}` }, options);
  }

  /** Have a live session say something, after all that waits. */
  sayInLiveSession(id: string, body: SayInLiveSessionBody, options: CallOptions = {}): Promise<SayInLiveSessionAnswer> {
    return this.transport.json(
      { method: 'POST', path: `/api/v1/stream/sessions/${segment(id)}/say`, json: body },
      options,
    );
  }

  /** Sign a browser in with a key. Only for pages that this service itself serves: the answer sets a cookie that scripts cannot read. */
  signIn(body: SignInBody, options: CallOptions = {}): Promise<SignIn> {
    return this.transport.json({ method: 'POST', path: '/api/v1/sign-in', json: body }, options);
  }

  /** Sign a browser out. */
  signOut(options: CallOptions = {}): Promise<void> {
    return this.transport.json({ method: 'POST', path: '/api/v1/sign-out' }, options);
  }

  /** Send a microphone to a live session over WebRTC (WHIP). The body is an SDP offer (application/sdp); the answer has all candidates. Delete what Location names to end it. */
  speakInLiveSession(id: string, body: Binary, options: CallOptions = {}): Promise<Response> {
    return this.transport.response(
      { method: 'POST', path: `/api/v1/stream/sessions/${segment(id)}/whip`, bytes: body, type: 'application/sdp' },
      options,
    );
  }

  /** Tell of candidates that were found later. */
  speakInLiveSessionCandidates(id: string, connection: string, body: Binary, options: CallOptions = {}): Promise<void> {
    return this.transport.json(
      {
        method: 'PATCH',
        path: `/api/v1/stream/sessions/${segment(id)}/whip/${segment(connection)}`,
        bytes: body,
        type: 'application/trickle-ice-sdpfrag',
      },
      options,
    );
  }

  /** End a WebRTC connection. */
  speakInLiveSessionEnd(id: string, connection: string, options: CallOptions = {}): Promise<void> {
    return this.transport.json(
      { method: 'DELETE', path: `/api/v1/stream/sessions/${segment(id)}/whip/${segment(connection)}` },
      options,
    );
  }

  /** Record a live session from now on; it ends with the session, or when it is stopped. */
  startRecording(id: string, options: CallOptions = {}): Promise<Recording> {
    return this.transport.json({ method: 'POST', path: `/api/v1/stream/sessions/${segment(id)}/recording` }, options);
  }

  /** Stop recording a live session, and get the clip. */
  stopRecording(id: string, options: CallOptions = {}): Promise<Asset> {
    return this.transport.json({ method: 'DELETE', path: `/api/v1/stream/sessions/${segment(id)}/recording` }, options);
  }

  /** Follow a job: server-sent events "job", the last one when it is over. */
  streamJob(id: string, options: CallOptions = {}): AsyncGenerator<Job, void> {
    return this.transport.events({ method: 'GET', path: `/api/v1/jobs/${segment(id)}/events` }, options);
  }

  /** Follow a pull: server-sent events "pull", the last one when it is over. */
  streamModelPull(name: string, options: CallOptions = {}): AsyncGenerator<ModelPull, void> {
    return this.transport.events({ method: 'GET', path: `/api/v1/models/${segment(name)}/pull/events` }, options);
  }

  /** Fetch a picture, a recording or a video from its address. Answers when the file is here. Private addresses are refused unless ORATOR_ALLOW_ADDRESSES has them. */
  uploadFromUrl(body: UploadFromUrl, options: CallOptions = {}): Promise<Asset> {
    return this.transport.json({ method: 'POST', path: '/api/v1/uploads/url', json: body }, options);
  }

  /** Read weights again and compare their hash. */
  verifyModel(name: string, options: CallOptions = {}): Promise<Model> {
    return this.transport.json({ method: 'POST', path: `/api/v1/models/${segment(name)}/verify` }, options);
  }

  /** Watch a live session over WebRTC (WHEP). The body is an SDP offer (application/sdp); the answer has all candidates. Delete what Location names to end it. */
  watchLiveSession(id: string, body: Binary, options: CallOptions = {}): Promise<Response> {
    return this.transport.response(
      { method: 'POST', path: `/api/v1/stream/sessions/${segment(id)}/whep`, bytes: body, type: 'application/sdp' },
      options,
    );
  }

  /** Tell of candidates that were found later. */
  watchLiveSessionCandidates(id: string, connection: string, body: Binary, options: CallOptions = {}): Promise<void> {
    return this.transport.json(
      {
        method: 'PATCH',
        path: `/api/v1/stream/sessions/${segment(id)}/whep/${segment(connection)}`,
        bytes: body,
        type: 'application/trickle-ice-sdpfrag',
      },
      options,
    );
  }

  /** End a WebRTC connection. */
  watchLiveSessionEnd(id: string, connection: string, options: CallOptions = {}): Promise<void> {
    return this.transport.json(
      { method: 'DELETE', path: `/api/v1/stream/sessions/${segment(id)}/whep/${segment(connection)}` },
      options,
    );
  }
}
