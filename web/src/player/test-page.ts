import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { createPainter, type Painter } from '@orator/core/engines/portrait/draw';
import { MotionUnpacker } from '@orator/core/live/motion-wire';
import { unpackPortrait } from '@orator/core/live/portrait-packet';
import { CHANNEL_INDEX, type Pose } from '@orator/core/motion/pose';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import type { TestService } from '../../../server/src/service/test-service.ts';
import { KIND, readLivePacket } from './live-packet.ts';
import type { OratorPlayer } from './orator-player.ts';

/** The project's own portrait. */
export const PORTRAIT = new URL('../../../fixtures/portrait.jpg', import.meta.url);

/** Something that the element fired. */
export interface Fired {
  readonly type: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** What the element shows, read out of the page. */
export interface Seen {
  readonly width: number;
  readonly height: number;
  /** RGBA. */
  readonly pixels: Buffer;
  readonly pose: Pose | null;
}

/** What the page keeps for the tests. */
declare global {
  var player: OratorPlayer;
  var fired: Fired[];
  var sockets: WebSocket[];
  var channels: RTCDataChannel[];
  var peers: RTCPeerConnection[];
  var ear: AnalyserNode | undefined;
}

/** A page of a real browser with one player, and what came to it over the wire. */
export class TestPage implements AsyncDisposable {
  readonly page: Page;
  readonly #service: Pick<TestService, 'url'>;
  /** What went wrong in the page. */
  readonly troubles: string[] = [];
  /** By the number of its frame: sound, none where it is silent, and how the face stands. Of the last connection. */
  sound: Int16Array[] = [];
  poses: Pose[] = [];

  private constructor(page: Page, service: Pick<TestService, 'url'>) {
    this.page = page;
    this.#service = service;
    page.on('pageerror', (error) => this.troubles.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && this.troubles.push(message.text()));
    page.on('websocket', (socket) => {
      let unpacker = new MotionUnpacker();
      socket.on('framereceived', ({ payload }) => {
        if (typeof payload === 'string') return;
        const { kind, number, bytes } = readLivePacket(Uint8Array.from(payload).buffer)!;
        if (number === 0 && kind === KIND.sound) {
          unpacker = new MotionUnpacker();
          this.sound = [];
          this.poses = [];
        }
        if (kind === KIND.sound) this.sound[number] = new Int16Array(bytes.slice().buffer);
        if (kind === KIND.motion) this.poses[number] = unpacker.unpack(bytes)!;
      });
    });
  }

  /** Opens an empty page of the service with a player of a size in CSS pixels; `attributes` as in HTML. */
  static async open(browser: Browser, service: Pick<TestService, 'url'>, attributes = ''): Promise<TestPage> {
    const test = new TestPage(await browser.newPage({ viewport: { width: 640, height: 720 } }), service);
    await test.page.route('**/empty', (route) =>
      route.fulfill({
        contentType: 'text/html',
        body: `<!doctype html><link rel="icon" href="data:,"><script>
          globalThis.fired = []; globalThis.sockets = []; globalThis.channels = []; globalThis.peers = [];
          globalThis.WebSocket = class extends WebSocket {
            constructor(...given) { super(...given); sockets.push(this); }
          };
          globalThis.RTCPeerConnection = class extends RTCPeerConnection {
            constructor(...given) { super(...given); peers.push(this); }
            createDataChannel(...given) { return channels[channels.push(super.createDataChannel(...given)) - 1]; }
          };
        </script><body style="margin:0"><orator-player ${attributes} style="width:256px;height:320px"></orator-player>
        <script type="module">
          import '/player.js';
          globalThis.player = document.querySelector('orator-player');
          for (const type of ['statechange', 'speaking', 'word', 'viseme', 'queued', 'interrupted', 'stats', 'error']) {
            player.addEventListener(type, ({ detail }) => fired.push({ type, detail }));
          }
        </script>`,
      }),
    );
    await test.page.goto(`${service.url}/empty`);
    await test.page.waitForFunction(() => 'player' in globalThis);
    return test;
  }

  /** Begins a session with the project's own portrait and waits until it is drawn; gives the session's id. */
  async begin(config: Record<string, unknown> = {}): Promise<string> {
    const picture = (await readFile(PORTRAIT)).toString('base64');
    const session = await this.page.evaluate(
      async ([base64, more]) => {
        const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
        return player.open(new Blob([bytes]), more);
      },
      [picture, config] as const,
    );
    await this.page.waitForFunction(() => player.state === 'live', undefined, { timeout: 30_000 });
    return session;
  }

  /** Waits until the element has fired an event, `after` of its type before it. */
  async fired(type: string, after = 0): Promise<Fired['detail']> {
    const found = await this.page.waitForFunction(
      ([wanted, count]) => fired.filter((one) => one.type === wanted)[count],
      [type, after] as const,
      { timeout: 30_000 },
    );
    return ((await found.jsonValue()) as Fired).detail;
  }

  /** How many events of a type there were. */
  count(type: string): Promise<number> {
    return this.page.evaluate((wanted) => fired.filter((one) => one.type === wanted).length, type);
  }

  /** What the player shows, as soon as it shows something: one that lost its connection shows nothing for a moment. */
  async see(): Promise<Seen> {
    const seen = await this.page.evaluate(async () => {
      const end = performance.now() + 30_000;
      let snapshot = await player.snapshot();
      while (!snapshot?.picture) {
        if (performance.now() > end) return null;
        await new Promise(requestAnimationFrame);
        snapshot = await player.snapshot();
      }
      const { width, height, data } = snapshot.picture;
      const packed = new Blob([data]).stream().pipeThrough(new CompressionStream('gzip'));
      const bytes = new Uint8Array(await new Response(packed).arrayBuffer());
      const base64 = btoa(bytes.reduce((text, byte) => text + String.fromCharCode(byte), ''));
      return { width, height, base64, pose: snapshot.pose && [...snapshot.pose] };
    });
    if (!seen) throw new Error('The player shows nothing.');
    const { width, height, base64, pose } = seen;
    const pixels = gunzipSync(Buffer.from(base64, 'base64'));
    return { width, height, pixels, pose: pose && Float32Array.from(pose) };
  }

  /** The last 85 ms of what the player gives out, and how long after that it is heard, s. */
  listen(): Promise<{ readonly samples: readonly number[]; readonly delay: number }> {
    return this.page.evaluate(() => {
      const sound = player.sound!;
      if (!globalThis.ear) {
        globalThis.ear = new AnalyserNode(sound.context, { fftSize: 2048 });
        sound.connect(globalThis.ear);
      }
      const samples = new Float32Array(2048);
      globalThis.ear.getFloatTimeDomainData(samples);
      const context = sound.context as AudioContext;
      const { contextTime = 0, performanceTime = 0 } = context.getOutputTimestamp();
      const heard = contextTime + (performance.now() - performanceTime) / 1000;
      return { samples: [...samples], delay: context.currentTime - heard };
    });
  }

  /** Interrupts what is said; gives how long after that it was last heard, and the mouth last open, ms. */
  timeInterruption(): Promise<{ readonly heard: number; readonly open: number }> {
    return this.page.evaluate(async (channel) => {
      const start = performance.now();
      const passed = () => performance.now() - start;
      const times = { heard: 0, open: 0 };
      player.interrupt();
      const listen = async () => {
        const samples = new Float32Array(128);
        while (passed() < 700) {
          globalThis.ear?.getFloatTimeDomainData(samples);
          if (samples.some((sample) => Math.abs(sample) > 1e-3)) times.heard = passed();
          await new Promise(requestAnimationFrame);
        }
      };
      const look = async () => {
        while (passed() < 700) if ((await player.pose())![channel]! > 0.02) times.open = passed();
      };
      await Promise.all([listen(), look()]);
      return times;
    }, CHANNEL_INDEX.jawOpen);
  }

  /** A painter in Node of what the session's viewers draw. */
  async painter(session: string): Promise<Painter> {
    const answer = await fetch(`${this.#service.url}/api/v1/stream/sessions/${session}/portrait`);
    const { prepared, placement, still } = unpackPortrait(new Uint8Array(await answer.arrayBuffer()));
    const { data, info } = await sharp(still.bytes).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    const { width, height } = info;
    return createPainter({ prepared, placement, still: { width, height, pixels: new Uint8ClampedArray(data) } });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.page.close();
  }
}
