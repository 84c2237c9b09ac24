import type { Job, VideoRequest } from '@orator/client/schemas';
import { ServiceError } from '@orator/client/service-error';
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useKept } from '../../keep/kept.ts';
import { whenConnected } from '../../service/connection.ts';
import { isOpen, LOOK_MS } from '../../service/job-lists.ts';
import { isLost, orator, queries } from '../../service/orator.ts';
import type { FormValues } from '../../ui/schema-form.tsx';
import type { BatchLine } from './batch-lines.ts';

/** Where a service that is busy says nothing, it is asked again after so long, s. */
const BUSY_SECONDS = 3;
/** Jobs of others that may be newer, and those that are looked at one by one because they are older than a list. */
const NEWER = 20;
const MOST_LISTED = 200;
const MOST_SINGLE = 8;

/** A line that was ordered, or is about to be. */
export interface BatchRow extends BatchLine {
  /** The service makes one job of it, however often it is sent. */
  readonly key: string;
  readonly job: string | null;
  /** Why no job was made of it. */
  readonly problem: { readonly code: string; readonly message: string } | null;
}

/** Clips that are made of one face, in this browser's memory until another batch is begun. */
export interface Batch {
  /** When it was begun, ISO: its name. */
  readonly begun: string;
  readonly face: { readonly image: string } | { readonly avatar: string };
  readonly voice: string;
  readonly settings: FormValues;
  readonly rows: readonly BatchRow[];
}

/** The batch of this browser, and how it is changed; it goes on where it was after a reload. */
export function useBatch(): readonly [Batch | null, (batch: Batch | null) => void] {
  return useKept<Batch | null>('library.batch', null);
}

/** A new batch of lines. */
export const beginBatch = (
  lines: readonly BatchLine[],
  { face, voice, settings }: Pick<Batch, 'face' | 'voice' | 'settings'>,
): Batch => ({
  begun: new Date().toISOString(),
  face,
  voice,
  settings,
  rows: lines.map((line) => ({ ...line, key: crypto.randomUUID(), job: null, problem: null })),
});

/** Orders the rows of a batch one after the other while it is seen. */
export function useOrdering(batch: Batch, onBatch: (batch: Batch) => void): void {
  useEffect(() => {
    const row = batch.rows.find(({ job, problem }) => !job && !problem);
    if (!row) return;
    const leaving = new AbortController();
    void order(batch, row, leaving.signal).then((ordered) => {
      if (leaving.signal.aborted) return;
      onBatch({ ...batch, rows: batch.rows.map((one) => (one.key === row.key ? ordered : one)) });
    });
    return () => leaving.abort();
  }, [batch, onBatch]);
}

async function order({ face, voice, settings }: Batch, row: BatchRow, signal: AbortSignal): Promise<BatchRow> {
  const request: VideoRequest = { ...settings, ...face, text: row.text, voice: row.voice ?? voice };
  while (!signal.aborted) {
    try {
      const { id } = await orator.createVideo(request, { idempotencyKey: row.key, signal });
      return { ...row, job: id };
    } catch (error) {
      if (!(error instanceof ServiceError) || !error.mayPass) return { ...row, problem: problemOf(error) };
      if (isLost(error)) await whenConnected();
      else await new Promise((resolve) => setTimeout(resolve, (error.retryAfterSeconds ?? BUSY_SECONDS) * 1000));
    }
  }
  return row;
}

const problemOf = (error: unknown): BatchRow['problem'] =>
  error instanceof ServiceError
    ? { code: error.code, message: error.message }
    : { code: 'page', message: String(error) };

/** The jobs of a batch as they go on, by their ids. */
export function useBatchJobs({ begun, rows }: Batch): ReadonlyMap<string, Job> {
  const ids = rows.flatMap(({ job }) => job ?? []);
  const queryKey = ['listJobs', 'batch', begun];
  const { data } = useQuery({
    queryKey,
    queryFn: async ({ signal }) => {
      const before = queries.getQueryData<ReadonlyMap<string, Job>>(queryKey);
      const { jobs } = await orator.listJobs({ limit: Math.min(MOST_LISTED, ids.length + NEWER) }, { signal });
      const found = new Map([...(before ?? []), ...jobs.map((job) => [job.id, job] as const)]);
      const listed = new Set(jobs.map(({ id }) => id));
      const older = ids.filter((id) => !listed.has(id) && !(found.has(id) && !isOpen(found.get(id)!)));
      for (const id of older.slice(0, MOST_SINGLE)) found.set(id, await orator.getJob(id, { signal }));
      return found;
    },
    enabled: ids.length > 0,
    refetchInterval: ({ state }) =>
      ids.every((id) => state.data?.has(id) && !isOpen(state.data.get(id)!)) ? false : LOOK_MS,
    structuralSharing: false, // a Map
  });
  return data ?? new Map();
}
