import type { PaintOrder } from './paint-order.ts';
import { Painting } from './painting.ts';

// A worker that paints one canvas, for `picture-stage.ts`.
const painting = new Painting((reply) => self.postMessage(reply));
self.addEventListener('message', ({ data }: MessageEvent<PaintOrder>) => painting.obey(data));
