import { loadConfig } from '../../server/src/config.ts';
import { findFfmpeg } from '../../server/src/media/ffmpeg.ts';
import type { S3Storage } from '../../server/src/storage/s3-storage.ts';
import { readDataFolder } from '../data-folder.ts';
import { openWorkshop } from '../material.ts';
import { commandOf, processesWith } from '../processes.ts';
import type { ShortOrder } from '../short-jobs.ts';
import { faultOfClip } from './clip-check.ts';
import { askPatiently, type Placed, place } from './orders.ts';
import type { Stage } from './stage.ts';

/** One thing that must not happen, and each time that it did. */
export interface Finding {
  readonly figure: string;
  readonly cases: readonly string[];
}

interface JobView {
  readonly id: string;
  readonly state: string;
  readonly code?: string;
  readonly asset?: string;
}
interface AssetView {
  readonly id: string;
  readonly name: string;
  readonly sha256: string;
  readonly content: string;
}

const CHECKS_AT_ONCE = 2;

/** Looks at every job and every clip, as a client sees them. */
export async function auditService(
  stage: Stage,
  placed: readonly Placed[],
  order: (k: number) => ShortOrder,
): Promise<Finding[]> {
  const jobs = new Map((await listAll<JobView>(stage.url, 'jobs')).map((job) => [job.id, job]));
  const clips = await listAll<AssetView>(stage.url, 'assets?kind=clip');
  const clipsOf = Map.groupBy(clips, ({ name }) => name.replace(/\.mp4$/, ''));
  const isOver = (state: string) => ['completed', 'failed', 'cancelled'].includes(state);
  const ids = new Set(placed.map(({ id }) => id));
  const again = await Promise.all(placed.map((_, k) => place(stage.url, k, order(k))));
  return [
    {
      figure: 'lost: not there, failed, or completed without its clip',
      cases: placed.flatMap(({ id }) => {
        const job = jobs.get(id);
        if (!job) return [`${id} is not there`];
        if (job.state === 'failed' || job.state === 'cancelled') return [`${id} is ${job.state}: ${job.code}`];
        const clip = clipsOf.get(id)?.[0];
        return job.state === 'completed' && clip?.id !== job.asset ? [`${id} has no clip`] : [];
      }),
    },
    {
      figure: 'stuck: not over',
      cases: [...jobs.values()].filter(({ state }) => !isOver(state)).map(({ id, state }) => `${id} is ${state}`),
    },
    {
      figure: 'published twice: more than one clip',
      cases: [...clipsOf].filter(([, all]) => all.length > 1).map(([id, all]) => `${id} has ${all.length} clips`),
    },
    {
      figure: 'made twice: more than one job of an idempotency key',
      cases: [
        ...[...jobs.keys()].filter((id) => !ids.has(id)).map((id) => `${id} was ordered by nobody`),
        ...again.filter((id, k) => id !== placed[k]!.id).map((id) => `${id} came when an order was repeated`),
      ],
    },
    { figure: 'clips that cannot be played to their end', cases: await faultyClips(stage, placed, clips) },
  ];
}

/** Looks at what is left when all programs have ended. */
export async function auditRemains({ data, bucket, setup }: Stage, placed: readonly Placed[]): Promise<Finding[]> {
  const folder = await readDataFolder(data);
  const stored = bucket ? await keysIn(bucket) : folder.stored;
  const published = new Set(placed.filter(({ state }) => state === 'completed').map(({ id }) => id));
  const clips = stored.filter((key) => key.startsWith('clips/'));
  const counted = Map.groupBy(clips, (key) => key.split('/')[1]!);
  const orphans = await processesWith('ORATOR_DATA', data);
  return [
    {
      figure: `clips in the ${setup.files === 's3' ? 'bucket' : 'data folder'} that are not one for each job`,
      cases: [
        ...[...counted].filter(([id, keys]) => keys.length > 1 || !published.has(id)).map(([, keys]) => keys.join(' ')),
        ...[...published].filter((id) => !counted.has(id)).map((id) => `none for ${id}`),
      ],
    },
    { figure: 'files left behind', cases: folder.leftovers },
    {
      figure: 'processes left behind',
      cases: await Promise.all(orphans.map(async (pid) => `${pid}: ${await commandOf(pid)}`)),
    },
  ];
}

async function keysIn(bucket: S3Storage): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of bucket.list('clips/')) keys.push(key);
  return keys;
}

async function faultyClips({ url }: Stage, placed: readonly Placed[], clips: readonly AssetView[]) {
  await using workshop = await openWorkshop();
  const ffmpeg = await findFfmpeg(loadConfig(process.env));
  const secondsOf = new Map(placed.map(({ id, seconds }) => [id, seconds]));
  const left = [...clips];
  const faults: string[] = [];
  const check = async (at: number) => {
    for (let clip = left.pop(); clip; clip = left.pop()) {
      const bytes = new Uint8Array(await (await fetch(url + clip.content)).arrayBuffer());
      const seconds = secondsOf.get(clip.name.replace(/\.mp4$/, ''))!;
      const fault = await faultOfClip(bytes, { seconds, sha256: clip.sha256 }, workshop.path(`${at}.mp4`), ffmpeg);
      if (fault) faults.push(`${clip.name}: ${fault}`);
    }
  };
  await Promise.all(Array.from({ length: CHECKS_AT_ONCE }, (_, at) => check(at)));
  return faults;
}

/** Every entry of a list, page by page. */
async function listAll<Entry>(url: string, what: string): Promise<Entry[]> {
  const found: Entry[] = [];
  const list = what.split('?')[0]!;
  for (let after = ''; ; ) {
    const page = `${url}/api/v1/${what}${what.includes('?') ? '&' : '?'}limit=200${after && `&after=${after}`}`;
    const { body } = await askPatiently(page);
    found.push(...(body[list] as unknown as Entry[]));
    if (!body.next) return found;
    after = body.next;
  }
}
