import { expectTypeOf, test } from 'vitest';
import type { OratorClient } from './client.ts';
import type { EndedJob } from './follow-job.ts';
import type { Asset, Job, Readiness, VideoRequest } from './schemas.ts';

test('methods take and give what the service says', () => {
  expectTypeOf<OratorClient['getJob']>().parameter(0).toEqualTypeOf<string>();
  expectTypeOf<OratorClient['getJob']>().returns.resolves.toEqualTypeOf<Job>();
  expectTypeOf<OratorClient['createVideo']>().parameter(0).toEqualTypeOf<VideoRequest>();
  expectTypeOf<OratorClient['createVideo']>().parameter(1).toExtend<{ readonly idempotencyKey?: string } | undefined>();
  expectTypeOf<OratorClient['upload']>().returns.resolves.toEqualTypeOf<Asset>();
  expectTypeOf<OratorClient['deleteAsset']>().returns.resolves.toEqualTypeOf<void>();
  expectTypeOf<OratorClient['getReady']>().returns.resolves.toEqualTypeOf<Readiness>();
  expectTypeOf<OratorClient['getAssetContent']>().returns.resolves.toEqualTypeOf<Response>();
  expectTypeOf<OratorClient['streamJob']>().returns.toExtend<AsyncIterable<Job>>();
  expectTypeOf<OratorClient['waitForJob']>().returns.resolves.toEqualTypeOf<EndedJob>();
  expectTypeOf<NonNullable<Parameters<OratorClient['listJobs']>[0]>['state']>().toEqualTypeOf<
    Job['state'] | undefined
  >();
});

test('a request takes a picture or an avatar, and knows its options', () => {
  expectTypeOf<{ readonly image: string }>().toExtend<VideoRequest>();
  expectTypeOf<{ readonly avatar: string }>().toExtend<VideoRequest>();
  expectTypeOf<{ readonly image: number }>().not.toExtend<VideoRequest>();
  expectTypeOf<VideoRequest['size']>().toEqualTypeOf<'auto' | '512' | '720p' | '1080p' | '4k' | 'source' | undefined>();
  expectTypeOf<VideoRequest['face']>().toEqualTypeOf<'largest' | 'left' | number | undefined>();
});

test('each state of a job has just its own fields', () => {
  type Completed = Extract<Job, { readonly state: 'completed' }>;
  expectTypeOf<Completed['asset']>().toEqualTypeOf<string | null>();
  expectTypeOf<Extract<Job, { readonly state: 'failed' }>>().toExtend<{ readonly code: string }>();
  expectTypeOf<Extract<Job, { readonly state: 'pending' }>>().not.toExtend<{ readonly progress: unknown }>();
  expectTypeOf<EndedJob['state']>().toEqualTypeOf<'completed' | 'failed' | 'cancelled'>();
});
