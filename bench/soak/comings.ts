import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { TestService } from '../../server/src/service/test-service.ts';
import { ROOT } from '../material.ts';
import { judge, rounded } from '../table.ts';
import { driftPerThousand, type Point } from './drift.ts';
import { HEAP_OPTIONS, openHeap } from './heap.ts';
import { takeSample } from './sample.ts';

const GUESTS = 8;
const BATCH = 250;
const WARM_UP = 500;
/** A session whose viewer vanished is kept for half a minute; after that it has to be gone. */
const FORGOTTEN_MS = 40_000;
const CLOSED = 4;

/** Sessions that begin and end, one way or another: what the service still holds of them. */
export async function comeAndGo(sessions: number): Promise<Record<string, unknown>[]> {
  const data = await mkdtemp(join(tmpdir(), 'orator-soak-comings-'));
  try {
    const env = { ORATOR_DATA: data, ORATOR_WORKERS: '0', ORATOR_MAX_SESSIONS: '10000', NODE_OPTIONS: HEAP_OPTIONS };
    await using service = await TestService.start(env);
    using heap = await openHeap(service.said);
    const picture = await readFile(join(ROOT, 'fixtures/portrait.jpg'));
    const { id } = (await service.upload(picture, 'me.jpg')).body;
    const samples: { readonly sessions: number; readonly heap: number; readonly handles: number }[] = [];
    for (let done = 0; done < sessions; ) {
      const last = Math.min(done + BATCH, sessions);
      const guest = async () => {
        while (done < last) await visit(service, String(id), done++);
      };
      await Promise.all(Array.from({ length: GUESTS }, guest));
      if (done % (2 * BATCH) !== 0) continue;
      await pause(FORGOTTEN_MS);
      const { heapMegabytes, handles } = await takeSample(done, service.child.pid!, heap, data);
      samples.push({ sessions: done, heap: heapMegabytes, handles });
      console.log(`${String(done).padStart(6)} sessions: heap ${heapMegabytes.toFixed(1)} MB, ${handles} handles`);
    }
    await pause(FORGOTTEN_MS);
    const { active_sessions, total_sessions } = await service.client().getLiveStats();
    const grown = (of: 'heap' | 'handles') => {
      const points = samples
        .filter((sample) => sample.sessions >= WARM_UP)
        .map((sample): Point => ({ jobs: sample.sessions, value: sample[of] }));
      return rounded(driftPerThousand(points), 2);
    };
    return [
      { figure: 'sessions that were begun', value: total_sessions, reach: `≥ ${sessions}` },
      { figure: 'sessions that are left', value: active_sessions, reach: '≤ 0' },
      { figure: 'heap, growth for 1000 sessions, MB', value: grown('heap'), reach: '≤ 1' },
      { figure: 'open files, pipes and sockets, growth for 1000', value: grown('handles'), reach: '≤ 0.5' },
    ].map(judge);
  } finally {
    await rm(data, { recursive: true, force: true });
  }
}

/** One session from its beginning to its end, which comes in one of four ways. */
async function visit(service: TestService, asset: string, k: number): Promise<void> {
  const socket = new WebSocket(`${service.url.replace('http', 'ws')}/api/v1/stream/ws`);
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const began = new Promise<string>((resolve, reject) => {
    let session = '';
    socket.once('error', reject);
    socket.on('message', (message: Buffer, isBinary) => {
      if (isBinary) return resolve(session);
      const told = JSON.parse(message.toString()) as { readonly [name: string]: string };
      if (told.type === 'error') reject(new Error(told.message));
      session = told.session_id ?? session;
    });
  });
  socket.once('open', () => {
    const config = { mode: 'motion', binary: true, idle: true, audio: true };
    socket.send(JSON.stringify({ type: 'init', asset_id: asset, config }));
  });
  const session = await began;
  if (k % 2 === 0) socket.send(JSON.stringify({ type: 'text', text: 'Hello.' }));
  const ending = k % CLOSED;
  if (ending === 0) socket.send(JSON.stringify({ type: 'stop' }));
  else if (ending === 1) await service.client().endLiveSession(session);
  else if (ending === 2) socket.close();
  else socket.terminate(); // a viewer that vanishes
  await closed;
}
