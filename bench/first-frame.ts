// Makes a clip in a process of its own and prints how long that took until its first frame was in the encoder, from the start of
// the process, in seconds: node bench/first-frame.ts IMAGE AUDIO OUTPUT. The data folder comes from ORATOR_DATA.
import { parseRequest } from '@orator/core/produce/request';
import { loadConfig } from '../server/src/config.ts';
import { ModelRuntime } from '../server/src/runtime/onnx/model-runtime.ts';
import { makeClip } from '../server/src/studio/clip.ts';

const [image, audio, output] = process.argv.slice(2);
const order = {
  request: parseRequest({ crop: 'square' }),
  image: image!,
  audio: audio!,
  output: output!,
  fallback: 'none',
} as const;
const config = loadConfig(process.env);
const clip = makeClip(order, {
  config,
  runtime: new ModelRuntime(config),
  clock: () => performance.now() / 1000,
  stdin: process.stdin,
  signal: new AbortController().signal,
  stage: () => {},
});
for await (const event of clip) {
  if (event.type !== 'progress') continue;
  console.log((performance.now() / 1000).toFixed(3)); // counted from the start of the process
  break;
}
