import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { OratorError } from '@orator/core/base/errors';

/** An ffmpeg program that can write H.264 and AAC. */
export interface Ffmpeg {
  readonly path: string;
  /** As it names itself, e.g. `5.1.9-0+deb12u1`. */
  readonly version: string;
  /** Who chose it: the setting `ORATOR_FFMPEG`, the search path, or npm's package. */
  readonly origin: 'setting' | 'path' | 'npm';
  /** Whether it is older than ffmpeg 5: it works, yet has years of unfixed faults. */
  readonly old: boolean;
}

/** What was found out about one program. */
interface Probe {
  readonly path: string;
  readonly origin: Ffmpeg['origin'];
  readonly version?: string;
  /** Major version of its codec library, which unlike `version` is always a number. */
  readonly libavcodec?: number;
  /** Why it cannot be used; absent when it can. */
  readonly reason?: string;
}

interface Places {
  /** The program to use instead of any other (`ORATOR_FFMPEG`). */
  readonly ffmpeg?: string;
  /** Folders to search, as in `PATH`. */
  readonly path: string;
}

/** Encoders that a clip needs. */
const NEEDED = ['libx264', 'aac'] as const;
/** libavcodec of ffmpeg 5.0, the oldest release that still got fixes in 2024. */
const FIRST_RECENT_LIBAVCODEC = 59;
/** A program that has not told its version after so long is broken; a cold start from a slow disk takes about 2 s. */
const PROBE_MS = 20_000;

/**
 * The ffmpeg to work with: the one set, else the first good one on the search path, else the one npm brings.
 * @throws {OratorError} `ffmpeg/missing` with the reason for each that was tried, and the cure.
 */
export async function findFfmpeg(places: Places): Promise<Ffmpeg> {
  const probes: Probe[] = [];
  for (const { path, origin } of candidates(places)) {
    const probe = await probeFfmpeg(path, origin);
    if (probe === null) continue;
    probes.push(probe);
    const { version, reason } = probe;
    if (reason === undefined && version !== undefined) return { path, version, origin, old: isOld(probe) };
  }
  const tried = probes.map((probe) => `${probe.path}: ${probe.reason}`).join('; ');
  throw new OratorError(
    'ffmpeg/missing',
    `No usable ffmpeg was found${tried ? ` (${tried})` : ''}. Install ffmpeg, or set ORATOR_FFMPEG to the path of one.`,
  );
}

/** Gives `findFfmpeg`'s answer, which is sought when it is first asked for, and again as long as it was not found. */
export function ffmpegFinder(places: Places): () => Promise<Ffmpeg> {
  let found: Promise<Ffmpeg> | undefined;
  return () => {
    found ??= findFfmpeg(places).catch((thrown: unknown) => {
      found = undefined;
      throw thrown;
    });
    return found;
  };
}

function* candidates(places: Places): Generator<{ path: string; origin: Ffmpeg['origin'] }> {
  if (places.ffmpeg) {
    yield { path: places.ffmpeg, origin: 'setting' };
    return; // what was set is never quietly replaced
  }
  const name = process.platform === 'win32' ? 'ffmpeg.exe' : 'ffmpeg';
  for (const folder of places.path.split(delimiter)) {
    if (folder !== '') yield { path: join(folder, name), origin: 'path' };
  }
  const path = npmFfmpeg();
  if (path !== null) yield { path, origin: 'npm' };
}

/** The program of npm's package, or `null` where that has none for this platform. */
function npmFfmpeg(): string | null {
  try {
    const { path } = createRequire(import.meta.url)('@ffmpeg-installer/ffmpeg') as { path: string };
    return path;
  } catch {
    return null; // the package throws plain strings on platforms that it does not know
  }
}

const isOld = (probe: Probe) => (probe.libavcodec ?? 0) < FIRST_RECENT_LIBAVCODEC;

/** Asks one program what it is. `null` when no such file exists on the search path. */
async function probeFfmpeg(path: string, origin: Ffmpeg['origin']): Promise<Probe | null> {
  try {
    await access(path, constants.X_OK);
  } catch {
    return origin === 'path' ? null : { path, origin, reason: 'there is no such program' };
  }
  const [banner, encoders] = await new Promise<[string, string]>((resolve) => {
    execFile(path, ['-nostdin', '-encoders'], { timeout: PROBE_MS, maxBuffer: 4 << 20 }, (_, stdout, stderr) =>
      resolve([stderr, stdout]),
    );
  });
  const version = /ffmpeg version (\S+)/.exec(banner)?.[1];
  if (version === undefined) return { path, origin, reason: 'it does not answer like ffmpeg' };
  const missing = NEEDED.filter((name) => !new RegExp(`^ [VA]\\S+ ${name} `, 'm').test(encoders));
  const libavcodec = Number(/libavcodec\s+(\d+)/.exec(banner)?.[1]);
  const reason = missing.length > 0 ? `it lacks the encoder ${missing.join(' and ')}` : undefined;
  return { path, origin, version, libavcodec, reason };
}
