// Made by `npm run client` from the OpenAPI document of the service.

import type {
  Asset,
  AvatarRequest,
  CreateKeyAnswer,
  CreateKeyBody,
  CreateUploadBody,
  Delivery,
  GetAssetContentQuery,
  GetGpuInfoAnswer,
  GetHealthAnswer,
  GetLiveAnswer,
  GetWebhookSecretAnswer,
  Job,
  LinkAssetAnswer,
  LinkAssetBody,
  ListAssetsAnswer,
  ListAssetsQuery,
  ListDeliveriesAnswer,
  ListDeliveriesQuery,
  ListEnginesAnswer,
  ListJobsAnswer,
  ListJobsQuery,
  ListKeysAnswer,
  ListModelsAnswer,
  ListVoicesAnswer,
  ListVoicesQuery,
  Readiness,
  VideoRequest,
} from './schemas.ts';
import { type CallOptions, segment, type Transport } from './transport.ts';

/** Every operation of the service, one method each. They reject with a `ServiceError`. */
export class Api {
  protected readonly transport: Transport;

  constructor(transport: Transport) {
    this.transport = transport;
  }

  /** Cancel a job. */
  cancelJob(id: string, options: CallOptions = {}): Promise<Job> {
    return this.transport.json({ method: 'POST', path: `/api/v1/jobs/${segment(id)}/cancel` }, options);
  }

  /** Build an avatar from a training video. The job’s asset is the TAR that LiveTalking loads; list avatars as assets of kind "avatar". */
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

  /** Whether it takes work: 200, or 503 with what is missing. */
  getReady(options: CallOptions = {}): Promise<Readiness> {
    return this.transport.json({ method: 'GET', path: '/api/v1/ready', answers: [503] }, options);
  }

  /** The secret that deliveries are signed with (Standard Webhooks). */
  getWebhookSecret(options: CallOptions = {}): Promise<GetWebhookSecretAnswer> {
    return this.transport.json({ method: 'GET', path: '/api/v1/webhooks/secret' }, options);
  }

  /** Make a link that needs no key and expires. */
  linkAsset(id: string, body: LinkAssetBody = {}, options: CallOptions = {}): Promise<LinkAssetAnswer> {
    return this.transport.json({ method: 'POST', path: `/api/v1/assets/${segment(id)}/link`, json: body }, options);
  }

  /** List files, newest first. */
  listAssets(query: ListAssetsQuery = {}, options: CallOptions = {}): Promise<ListAssetsAnswer> {
    return this.transport.json({ method: 'GET', path: '/api/v1/assets', query }, options);
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

  /** Weights, installed or not. */
  listModels(options: CallOptions = {}): Promise<ListModelsAnswer> {
    return this.transport.json({ method: 'GET', path: '/api/v1/models' }, options);
  }

  /** List voices. */
  listVoices(query: ListVoicesQuery = {}, options: CallOptions = {}): Promise<ListVoicesAnswer> {
    return this.transport.json({ method: 'GET', path: '/api/v1/voices', query }, options);
  }

  /** Send a delivery once more. */
  replayDelivery(id: string, options: CallOptions = {}): Promise<Delivery> {
    return this.transport.json({ method: 'POST', path: `/api/v1/webhooks/${segment(id)}/replay` }, options);
  }

  /** Try a failed or cancelled job again. */
  retryJob(id: string, options: CallOptions = {}): Promise<Job> {
    return this.transport.json({ method: 'POST', path: `/api/v1/jobs/${segment(id)}/retry` }, options);
  }

  /** Revoke a key; within seconds it no longer works anywhere. */
  revokeKey(id: string, options: CallOptions = {}): Promise<void> {
    return this.transport.json({ method: 'DELETE', path: `/api/v1/keys/${segment(id)}` }, options);
  }

  /** Follow a job: server-sent events "job", the last one when it is over. */
  streamJob(id: string, options: CallOptions = {}): AsyncGenerator<Job, void> {
    return this.transport.events({ method: 'GET', path: `/api/v1/jobs/${segment(id)}/events` }, options);
  }
}
