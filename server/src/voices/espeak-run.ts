import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { OratorError } from '@orator/core/base/errors';
import { ESPEAK_PROGRAM } from './espeak-program.ts';
import { type EspeakAnswer, type EspeakRequest, encodeMessage, HEADER_BYTES } from './espeak-protocol.ts';

/** One answer of the synthesiser with the sound that came behind it, 16-bit mono. */
export interface HeardAnswer {
  readonly answer: EspeakAnswer;
  readonly pcm: Int16Array;
}

/** Starting takes 0.3 s and a tenth of a second of speech about a millisecond; a busy machine may be a hundred times slower. */
const PATIENCE_SECONDS = 30;
/** Enough for the last few messages. */
const LOG_CHARACTERS = 2000;

/**
 * Runs the synthesiser once and gives its answers as they come. The process lives as long as the loop that reads it:
 * an abort, leaving early, or `patienceSeconds` without an answer kill it.
 * @throws {OratorError} `voice/failed`; `cancelled` when `signal` fires.
 */
export async function* runEspeak(
  request: EspeakRequest,
  signal: AbortSignal,
  patienceSeconds = PATIENCE_SECONDS,
): AsyncGenerator<HeardAnswer> {
  signal.throwIfAborted();
  const child = spawn(process.execPath, ['--no-warnings', fileURLToPath(ESPEAK_PROGRAM)], {
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
  });
  const ended = endOf(child);
  const kill = () => child.kill('SIGKILL');
  signal.addEventListener('abort', kill, { once: true });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-LOG_CHARACTERS);
  });
  child.stdin.on('error', () => {}); // its end tells more than a broken pipe
  child.stdin.end(encodeMessage(request));
  try {
    let done = false;
    for await (const heard of answersFrom(child.stdout, patienceSeconds)) {
      if (heard.answer.type === 'done' || heard.answer.type === 'voices' || heard.answer.type === 'failed') done = true;
      yield heard;
    }
    signal.throwIfAborted();
    if (!done) throw failed('ended in the middle', new Error((await ended) ?? (log.trim() || 'it said nothing')));
  } catch (thrown) {
    signal.throwIfAborted();
    throw thrown instanceof OratorError ? thrown : failed('broke', thrown);
  } finally {
    signal.removeEventListener('abort', kill);
    kill();
    child.stdout.destroy();
    await ended;
  }
}

/** Resolves when the process is gone, with the reason when it could not even start. */
const endOf = (child: ChildProcess) =>
  new Promise<string | undefined>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', () => resolve(undefined));
  });

const failed = (how: string, cause: unknown) =>
  new OratorError('voice/failed', `The built-in voice ${how}. Try again, or run: orator doctor`, { cause });

/** Cuts the byte stream into messages. */
async function* answersFrom(stdout: NodeJS.ReadableStream, patienceSeconds: number): AsyncGenerator<HeardAnswer> {
  const pieces = stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let bytes: Buffer = Buffer.alloc(0);
  for (;;) {
    const next = await within(patienceSeconds, pieces.next());
    if (next.done) return;
    bytes = bytes.length === 0 ? next.value : Buffer.concat([bytes, next.value]);
    for (let message = messageAt(bytes); message; message = messageAt(bytes)) {
      bytes = bytes.subarray(message.bytes);
      yield message.heard;
    }
  }
}

function messageAt(bytes: Buffer): { heard: HeardAnswer; bytes: number } | undefined {
  if (bytes.length < HEADER_BYTES) return undefined;
  const jsonBytes = bytes.readUInt32LE(0);
  const pcmBytes = bytes.readUInt32LE(4);
  const soundAt = HEADER_BYTES + jsonBytes;
  if (bytes.length < soundAt + pcmBytes) return undefined;
  const answer = JSON.parse(bytes.toString('utf8', HEADER_BYTES, soundAt)) as EspeakAnswer;
  const pcm = new Int16Array(pcmBytes / 2);
  new Uint8Array(pcm.buffer).set(bytes.subarray(soundAt, soundAt + pcmBytes));
  return { heard: { answer, pcm }, bytes: soundAt + pcmBytes };
}

async function within<T>(patienceSeconds: number, step: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const stall = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(failed(`stood still for ${patienceSeconds} s`, undefined)), patienceSeconds * 1000);
  });
  try {
    return await Promise.race([step, stall]);
  } finally {
    clearTimeout(timer);
  }
}
