import { OratorError } from '@orator/core/base/errors';
import { createPainter, type Painter } from '@orator/core/engines/portrait/draw';
import { MotionUnpacker } from '@orator/core/live/motion-wire';
import { unpackPortrait } from '@orator/core/live/portrait-packet';
import type { Picture, Rect } from '@orator/core/media/frame';
import { CHANNEL_INDEX, type Channel, type Pose, restPose } from '@orator/core/motion/pose';
import { FrameLine, type Timed } from './frame-line.ts';
import { Hush } from './hush.ts';
import type { PaintFigures, PaintOrder, PaintReply, Snapshot } from './paint-order.ts';

/** What moves the whole picture, and how much of it is left for who wants calm. */
const CALMED: readonly Channel[] = ['headYaw', 'headPitch', 'headRoll', 'headX', 'headY', 'headZ', 'sway'];
const CALM_SHARE = 0.2;
/** Between two frames of the stream is drawn only while that takes no longer than this, ms: half a turn of a 60 Hz display. */
const SWIFT_MS = 8;
const FIGURES_MS = 1000;

/** A pose, or a picture that came ready-made. */
type Frame = { readonly pose: Pose } | { readonly bitmap: ImageBitmap };

/** A portrait that is drawn here. */
interface Drawn {
  readonly painter: Painter;
  readonly pixels: Uint8ClampedArray;
  readonly image: ImageData;
}

/** A canvas on which a session is drawn at its time, in a worker or in the page itself. */
export class Painting implements Disposable {
  readonly #say: (reply: PaintReply) => void;
  readonly #line = new FrameLine<Frame>((frame) => 'bitmap' in frame && frame.bitmap.close());
  #canvas: OffscreenCanvas | HTMLCanvasElement | undefined;
  #drawn: Drawn | undefined;
  #unpacker = new MotionUnpacker();
  /** What is shown. */
  #pose: Pose | null = null;
  #shown: Timed<Frame> | undefined;
  /** Whether that is not quite the frame itself. */
  #isBetween = false;
  readonly #between: Pose = restPose();
  readonly #hush = new Hush();
  #calm = false;
  /** Goes up when what waits is forgotten, so that pictures in work are too. */
  #turn = 0;
  #paintMs = 0;
  #seconds = { since: 0, painted: 0, ms: 0, offset: 0 };

  constructor(say: (reply: PaintReply) => void, canvas?: HTMLCanvasElement) {
    this.#say = say;
    if (canvas) this.#begin(canvas);
  }

  /** Does as it is told; what fails is said. */
  obey(order: PaintOrder): void {
    this.#do(order).catch((thrown: unknown) => {
      this.#say({ type: 'failed', message: OratorError.from(thrown).message });
    });
  }

  [Symbol.dispose](): void {
    this.#canvas = undefined;
    this.#line.clear();
  }

  async #do(order: PaintOrder): Promise<void> {
    switch (order.type) {
      case 'canvas':
        return this.#begin(order.canvas);
      case 'portrait':
        return this.#open(order.packet);
      case 'begin':
        this.#unpacker = new MotionUnpacker();
        return;
      case 'missed':
        this.#unpacker.unpack(order.packet);
        return;
      case 'motion': {
        const pose = this.#unpacker.unpack(order.packet);
        if (pose) this.#line.push(order.due, { pose: this.#calm ? calmed(pose) : pose });
        return;
      }
      case 'picture':
        return this.#take(order.due, order.packet);
      case 'flush':
        this.#turn++;
        return this.#line.clear(now());
      case 'hush':
        return this.#hush.begin(now());
      case 'calm':
        this.#calm = order.calm;
        return;
      case 'snapshot':
        return this.#say({ type: 'snapshot', id: order.id, snapshot: this.#snapshot(order.pixels) });
    }
  }

  #begin(canvas: OffscreenCanvas | HTMLCanvasElement): void {
    this.#canvas = canvas;
    const next = () => {
      if (!this.#canvas) return;
      this.#show(now());
      requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  }

  async #open(packet: ArrayBuffer): Promise<void> {
    const { prepared, placement, still } = unpackPortrait(new Uint8Array(packet));
    const photo = await readStill(new Blob([still.bytes], { type: still.type }));
    const painter = createPainter({ prepared, placement, still: photo });
    const pixels = painter.createCanvas();
    const { width, height } = painter;
    // The pixels lie in the memory of the kernels, which is no shared one: browsers can show them from there.
    const image = new ImageData(pixels as Uint8ClampedArray<ArrayBuffer>, width, height);
    this.#drawn = { painter, pixels, image };
    this.#resize(width, height);
    this.#draw(restPose());
    this.#put({ x: 0, y: 0, width, height });
  }

  async #take(due: number, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const turn = this.#turn;
    const bitmap = await createImageBitmap(new Blob([bytes]));
    if (turn === this.#turn) this.#line.push(due, { bitmap });
    else bitmap.close();
  }

  #show(at: number): void {
    const [current, next] = this.#line.at(at);
    this.#tell(at);
    if (!current) return;
    const start = performance.now();
    const offset = 'bitmap' in current.frame ? this.#showPicture(current, at) : this.#showPose(current, next, at);
    if (offset === undefined) return;
    this.#painted(offset, performance.now() - start);
    current.isShown = true;
    this.#shown = current;
  }

  /** Shows a picture that came ready-made; gives how late that is, ms, or nothing where it is there already. */
  #showPicture(current: Timed<Frame>, at: number): number | undefined {
    if (current === this.#shown || !('bitmap' in current.frame)) return undefined;
    const { bitmap } = current.frame;
    this.#resize(bitmap.width, bitmap.height);
    this.#context()?.drawImage(bitmap, 0, 0);
    this.#pose = null;
    return at - current.due;
  }

  /** The same for a pose: where drawing is swift, that between two frames of the stream. */
  #showPose(current: Timed<Frame>, next: Timed<Frame> | undefined, at: number): number | undefined {
    if (!this.#drawn || !('pose' in current.frame)) return undefined;
    const { pose } = current.frame;
    const follows = next && 'pose' in next.frame && this.#paintMs < SWIFT_MS ? next.frame.pose : undefined;
    if (!follows && current === this.#shown && !this.#hush.isOn && !this.#isBetween) return undefined;
    const share = follows ? (at - current.due) / (next!.due - current.due) : 0;
    this.#isBetween = follows !== undefined || this.#hush.isOn;
    this.#draw(this.#hush.apply(follows ? this.#mixed(pose, follows, share) : pose, at));
    return follows ? 0 : at - current.due;
  }

  #draw(pose: Pose): void {
    const { painter, pixels } = this.#drawn!;
    this.#put(painter.paint(pose, pixels));
    this.#pose = pose;
  }

  #put({ x, y, width, height }: Rect): void {
    if (width > 0) this.#context()?.putImageData(this.#drawn!.image, 0, 0, x, y, width, height);
  }

  /** A pose between two: what the display shows between two frames of the stream. */
  #mixed(from: Pose, to: Pose, share: number): Pose {
    for (let k = 0; k < from.length; k++) this.#between[k] = from[k]! + (to[k]! - from[k]!) * share;
    return this.#between;
  }

  #painted(offset: number, ms: number): void {
    this.#paintMs += (ms - this.#paintMs) * 0.1;
    const { since, painted } = this.#seconds;
    this.#seconds = {
      since,
      painted: painted + 1,
      ms: this.#seconds.ms + ms,
      offset: this.#seconds.offset + offset + ms,
    };
  }

  #tell(at: number): void {
    const { since, painted, ms, offset } = this.#seconds;
    if (at - since < FIGURES_MS) return;
    const figures: PaintFigures = {
      fps: (painted * 1000) / (at - since),
      paintMs: painted > 0 ? ms / painted : 0,
      offsetMs: painted > 0 ? offset / painted : 0,
      dropped: this.#line.dropped,
    };
    this.#seconds = { since: at, painted: 0, ms: 0, offset: 0 };
    this.#say({ type: 'figures', figures });
  }

  #resize(width: number, height: number): void {
    const canvas = this.#canvas;
    if (!canvas || (canvas.width === width && canvas.height === height)) return;
    canvas.width = width;
    canvas.height = height;
  }

  #context(): OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D | null {
    return (this.#canvas?.getContext('2d', { alpha: false }) ?? null) as CanvasRenderingContext2D | null;
  }

  #snapshot(pixels: boolean): Snapshot | null {
    const context = this.#context();
    if (!context) return null;
    const { width, height } = context.canvas;
    const picture = pixels ? context.getImageData(0, 0, width, height) : null;
    return { picture, pose: this.#pose?.slice() ?? null };
  }
}

const now = () => performance.timeOrigin + performance.now();

function calmed(pose: Pose): Pose {
  for (const channel of CALMED) pose[CHANNEL_INDEX[channel]]! *= CALM_SHARE;
  return pose;
}

async function readStill(file: Blob): Promise<Picture> {
  const bitmap = await createImageBitmap(file, { colorSpaceConversion: 'none', premultiplyAlpha: 'none' });
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!context) throw new OratorError('runtime/exhausted', 'This browser gives no canvas to read the photo with.');
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return { width, height, pixels: context.getImageData(0, 0, width, height).data };
}
