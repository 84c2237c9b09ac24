import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { WebSocket } from 'ws';
import { TestService } from '../../server/src/service/test-service.ts';
import { ROOT } from '../material.ts';
import { rounded } from '../table.ts';

const run = promisify(execFile);
const FPS = 25;
/** What counts as keeping up: nearly all frames come, and 99 in 100 come no more than so long after they should follow the one before. */
const ENOUGH_FPS = 24.75;
const MOST_LATE_MS = 60;
/** Speech has pauses; a voice that cannot keep up has more. */
const ENOUGH_HEARD = 0.6;
/** The first seconds go into compiling, and into everybody's first sentence. */
const SETTLE_MS = 8000;
const MEASURED_MS = 8000;
const TEXT = 'Perhaps my mother brought a big basket of plums home, and then some more of them. '.repeat(40);
const PICTURE = 1;
const SOUND = 2;
const MOTION = 3;
const HEAD_BYTES = 16;

/** What the sessions of a crowd do: shares of them that speak all the time, 0..1; the others listen. */
export interface Crowd {
  readonly mode: 'motion' | 'frames';
  readonly bySound: number;
  readonly byText: number;
  readonly reach: number;
}

/** How a number of sessions fared at the same time. */
interface Fared {
  /** Frames a second of the slowest one. */
  readonly fps: number;
  /** How much longer than its time the wait for a frame was, of 99 in 100, ms. */
  readonly lateMs: number;
  /** Of the one core that the service had. */
  readonly load: number;
  /** Which part of its time was heard from the one that was heard least, of those that speak, 0..1; 1 where nobody does. */
  readonly heard: number;
}

/** How many sessions a service on one core holds up: from `reach` on upwards, or downwards where that is too many. */
export async function measureCrowd(data: string, crowd: Crowd, pcm: Float32Array): Promise<Record<string, unknown>> {
  const fared = new Map<number, Fared>();
  const holds = async (count: number) => {
    const result = await gather(data, crowd, count, pcm);
    fared.set(count, result);
    return result.fps >= ENOUGH_FPS && result.lateMs <= MOST_LATE_MS && result.heard >= ENOUGH_HEARD;
  };
  const { reach } = crowd;
  let [most, step] = [0, reach];
  if (await holds(reach)) {
    most = reach;
    while (step > reach / 8 && (await holds(most + Math.ceil(step / 2)))) most += Math.ceil(step / 2);
  } else {
    for (step = Math.ceil(reach / 2); step >= Math.max(1, reach / 8) && most === 0; step = step >> 1) {
      if (await holds(step)) most = step;
    }
  }
  const { fps, lateMs, load, heard } = fared.get(most) ?? fared.get(reach)!;
  return {
    value: most,
    reach: `≥ ${reach}`,
    fps: rounded(fps, 2),
    'late p99 ms': rounded(lateMs, 0),
    load: rounded(load, 2),
    heard: rounded(heard, 2),
  };
}

/** Holds so many sessions at the same time, on a service of its own that has one core for itself. */
async function gather(data: string, crowd: Crowd, count: number, pcm: Float32Array): Promise<Fared> {
  await using service = await TestService.start({
    ORATOR_DATA: data,
    ORATOR_WORKERS: '0',
    ORATOR_MAX_SESSIONS: '2000',
    ORATOR_LOG_FILES: 'false',
  });
  const picture = await readFile(join(ROOT, 'fixtures/portrait.jpg'));
  const { id: asset } = (await service.upload(picture, 'me.jpg')).body;
  const guests: Guest[] = [];
  try {
    for (let k = 0; k < count; k++) guests.push(await Guest.join(service.url, String(asset), crowd.mode));
    await pin(service.child.pid!, 0);
    await pin(process.pid, 1);
    // Spread evenly: each n-th one speaks.
    const isOneOf = (share: number, k: number) => Math.floor((k + 1) * share) > Math.floor(k * share);
    guests.forEach((guest, k) => {
      if (isOneOf(crowd.bySound, k)) guest.hear(pcm, (k * 37) % 400);
      else if (isOneOf(crowd.byText, k)) guest.say(TEXT);
    });
    await pause(SETTLE_MS / 2);
    for (const voice of await childrenOf(service.child.pid!)) await pin(voice, 1);
    await pause(SETTLE_MS / 2);
    for (const guest of guests) guest.begin();
    const [from, start] = [await processorSeconds(service.child.pid!), performance.now()];
    await pause(MEASURED_MS);
    const seconds = (performance.now() - start) / 1000;
    const load = ((await processorSeconds(service.child.pid!)) - from) / seconds;
    const late = guests.flatMap((guest) => guest.late()).toSorted((a, b) => a - b);
    return {
      fps: Math.min(...guests.map(({ frames }) => frames / seconds)),
      lateMs: late[Math.floor(0.99 * late.length)] ?? Number.POSITIVE_INFINITY,
      load,
      heard: Math.min(1, ...guests.filter(({ speaks }) => speaks).map(({ heard }) => heard / FPS / seconds)),
    };
  } finally {
    for (const guest of guests) guest.leave();
  }
}

/** Somebody who holds a session and counts what comes. */
class Guest {
  readonly #socket: WebSocket;
  readonly #kind: number;
  #arrivals: number[] = [];
  #timer: NodeJS.Timeout | undefined;
  /** Whether it was given something to say. */
  speaks = false;
  /** Frames with sound. */
  heard = 0;

  private constructor(socket: WebSocket, mode: Crowd['mode']) {
    this.#socket = socket;
    this.#kind = mode === 'frames' ? PICTURE : MOTION;
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary && data[0] === this.#kind) this.#arrivals.push(performance.now());
      if (isBinary && data[0] === SOUND && data.length > HEAD_BYTES) this.heard++;
    });
  }

  static async join(url: string, asset: string, mode: Crowd['mode']): Promise<Guest> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/api/v1/stream/ws`);
    const guest = new Guest(socket, mode);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    socket.on('error', reject);
    socket.on('open', () =>
      socket.send(
        JSON.stringify({
          type: 'init',
          asset_id: asset,
          config: { mode, max_size: 512, idle: true, late: 'drop', audio: true, binary: true },
        }),
      ),
    );
    const answer = (data: Buffer, isBinary: boolean) => {
      if (isBinary) return resolve();
      const told = JSON.parse(data.toString());
      if (told.type === 'error') reject(new Error(told.message));
    };
    socket.on('message', answer);
    await promise;
    socket.off('message', answer);
    return guest;
  }

  say(text: string): void {
    this.speaks = true;
    this.#socket.send(JSON.stringify({ type: 'text', text }));
  }

  /** Sends sound for ever, as a microphone would. */
  hear(pcm: Float32Array, delayMs: number): void {
    this.speaks = true;
    const samples = Int16Array.from(pcm, (sample) => Math.round(sample * 32767));
    const [part, partMs] = [640, 40];
    const start = performance.now() + delayMs;
    let sent = 0;
    this.#timer = setInterval(() => {
      for (; start + sent * partMs < performance.now(); sent++) {
        const from = (sent * part) % (samples.length - part);
        this.#socket.send(new Uint8Array(samples.buffer, 2 * from, 2 * part));
      }
    }, partMs / 2);
  }

  /** Counts from now on. */
  begin(): void {
    this.#arrivals = [];
    this.heard = 0;
  }

  get frames(): number {
    return this.#arrivals.length;
  }

  /** How much longer than a frame's time passed before each one came, ms. */
  late(): number[] {
    return this.#arrivals.slice(1).map((at, k) => Math.max(0, at - this.#arrivals[k]! - 1000 / FPS));
  }

  leave(): void {
    clearInterval(this.#timer);
    this.#socket.terminate();
  }
}

/** The processes that a process has started. */
async function childrenOf(pid: number): Promise<number[]> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  const lists = threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/children`, 'utf8').catch(() => ''));
  return (await Promise.all(lists)).flatMap((list) => list.split(' ').filter(Boolean).map(Number));
}

/** Keeps a process and its threads on one core, where the machine has several and can do it. */
async function pin(pid: number, core: number): Promise<void> {
  await run('taskset', ['-a', '-c', '-p', `${core}`, `${pid}`]).catch(() => {});
}

/** Processor time that a process has used, s. */
async function processorSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / 100;
}
