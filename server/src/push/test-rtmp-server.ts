import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { findFfmpeg } from '../media/ffmpeg.ts';

/** A port of this machine that nobody listens at. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address ? address.port : 0;
}

/** ffmpeg as an RTMP server that takes one stream, `live/stream-key`, and keeps it as a file. */
export class TestRtmpServer implements AsyncDisposable {
  readonly path: string;
  readonly #child: ChildProcess;
  said = '';

  private constructor(path: string, child: ChildProcess) {
    this.path = path;
    this.#child = child;
    child.stderr!.on('data', (data: Buffer) => (this.said += data.toString()));
  }

  static async listen(port: number, path: string): Promise<TestRtmpServer> {
    const { path: program } = await findFfmpeg({ path: process.env.PATH ?? '' });
    const input = ['-listen', '1', '-f', 'flv', '-i', `rtmp://127.0.0.1:${port}/live/stream-key`];
    const output = ['-map', '0', '-c', 'copy', '-f', 'matroska', '-y', `file:${path}`];
    const child = spawn(program, ['-hide_banner', ...input, ...output], { stdio: ['pipe', 'ignore', 'pipe'] });
    return new TestRtmpServer(path, child);
  }

  /** Waits for the end of the stream; the file is whole then. */
  async ended(): Promise<number | null> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'close');
    return this.#child.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended();
  }
}
