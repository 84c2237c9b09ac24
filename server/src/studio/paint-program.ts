import { parentPort } from 'node:worker_threads';
import { createPainter, type Painter } from '@orator/core/engines/portrait/draw';
import type { PaintOrder, PaintReply } from './paint-protocol.ts';

// A thread of its own that paints poses, for `paint-thread.ts`.
const subjects = new Map<number, { readonly painter: Painter; readonly canvas: Uint8ClampedArray }>();
const say = (reply: PaintReply) => parentPort!.postMessage(reply);

parentPort!.on('message', (order: PaintOrder) => {
  const { type, subject } = order;
  if (type === 'open') {
    const painter = createPainter(order.setup);
    subjects.set(subject, { painter, canvas: painter.createCanvas() });
    say({ type: 'opened', subject });
  } else if (type === 'paint') {
    const { painter, canvas } = subjects.get(subject)!;
    const changed = painter.paint(order.pose, canvas);
    const picture = order.form === 'rgba' ? canvas : painter.jpeg(canvas, order.form.jpeg);
    new Uint8Array(order.into).set(picture);
    say({ type: 'painted', bytes: picture.length, changed });
  } else {
    subjects.delete(subject);
  }
});
