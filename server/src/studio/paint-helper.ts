import { parentPort, workerData } from 'node:worker_threads';
import { createPainter } from '@orator/core/engines/portrait/draw';
import type { HelperReply, HelperSetup, PaintOrder } from './paint-protocol.ts';

// A thread of its own that paints poses of one subject for `crew.ts`.
const painter = createPainter(workerData as HelperSetup);
const canvas = painter.createCanvas();
const say = (reply: HelperReply) => parentPort!.postMessage(reply);

parentPort!.on('message', ({ pose, pixels }: PaintOrder) => {
  const changed = painter.paint(pose, canvas);
  new Uint8ClampedArray(pixels).set(canvas);
  say({ changed });
});
say({ ready: true });
