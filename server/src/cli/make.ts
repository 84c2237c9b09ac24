import { OratorError } from '@orator/core/base/errors';
import { fieldsOf } from '@orator/core/produce/fields';
import type { Receipt } from '@orator/core/produce/receipt';
import { parseRequest, type RenderRequest, renderRequest } from '@orator/core/produce/request';
import { ModelRuntime } from '../runtime/onnx/model-runtime.ts';
import { type ClipOrder, makeClip } from '../studio/clip.ts';
import { FALLBACKS, type Fallback } from '../studio/engines.ts';
import { type Flag, type Given, readArguments } from './arguments.ts';
import { helpLines } from './help.ts';
import { answerInJson } from './json-answer.ts';
import { ProgressBar } from './progress.ts';
import { reportLines } from './report.ts';
import { EXIT, type Terminal } from './terminal.ts';

const FIELDS = fieldsOf(renderRequest);

const FLAGS: readonly Flag[] = [
  { name: 'image', short: 'i', type: 'string', value: 'FILE', title: 'Picture of the face: anything sharp reads' },
  {
    name: 'video',
    type: 'string',
    value: 'FILE',
    title: 'Video of the face, for --engine wav2lip: anything ffmpeg reads',
  },
  {
    name: 'audio',
    short: 'a',
    type: 'string',
    value: 'FILE',
    title: 'Recording of the speech: anything ffmpeg reads; - = standard input',
  },
  {
    name: 'output',
    short: 'o',
    type: 'string',
    value: 'FILE',
    title: 'Where the clip goes (default: beside the picture, .mp4; beside a video, -speaks.mp4)',
  },
  {
    name: 'fallback',
    type: 'string',
    value: 'NAME',
    title: `When the engine cannot run: ${FALLBACKS.join(', ')} (default none); exit code 2`,
  },
  { name: 'accept-licence', type: 'boolean', title: 'Accept the licence of weights that are not here, and fetch them' },
  { name: 'no-setup', type: 'boolean', title: 'Fetch nothing: fail at once when weights are not here' },
  { name: 'json', type: 'boolean', title: 'One JSON object on standard output, nothing else' },
  { name: 'quiet', short: 'q', type: 'boolean', title: 'Say nothing unless something is wrong' },
  { name: 'help', short: 'h', type: 'boolean', title: 'This text' },
  // Names that SadTalker's callers use.
  { name: 'source_image', type: 'string', title: '', hidden: true },
  { name: 'driven_audio', type: 'string', title: '', hidden: true },
  { name: 'force-local-models', type: 'boolean', title: '', hidden: true },
  { name: 'no-interrupt', type: 'boolean', title: '', hidden: true },
  { name: 'silent', type: 'boolean', title: '', hidden: true },
];

const LEGACY = ['source_image', 'driven_audio', 'force-local-models', 'no-setup'];

/** `orator make`: a picture and speech become a clip. */
export async function make(argv: readonly string[], terminal: Terminal, signal: AbortSignal): Promise<number> {
  return answerInJson(argv.includes('--json'), terminal, signal, async () => {
    const given = readArguments(argv, FIELDS, FLAGS);
    if (given.flags.help) {
      terminal.out.write(
        `Usage: orator make (--image FILE | --video FILE) (--audio FILE | --text TEXT) [options]\n\n${helpLines(FIELDS, FLAGS).join('\n')}\n`,
      );
      return EXIT.success;
    }
    return render(given, terminal, signal);
  });
}

async function render(given: Given, terminal: Terminal, signal: AbortSignal): Promise<number> {
  const order = orderFrom(given);
  const { json } = given.flags;
  const quiet = Boolean(given.flags.quiet || given.flags.silent || json);
  const bar = new ProgressBar(
    quiet ? { write: () => {} } : terminal.err.isTTY ? terminal.err : terminal.out,
    terminal.clock,
  );
  await using runtime = new ModelRuntime(terminal.config);
  let receipt: Receipt | undefined;
  try {
    for await (const event of makeClip(order, {
      config: terminal.config,
      runtime,
      clock: terminal.clock,
      stdin: terminal.in,
      signal,
      stage: (words) => bar.stage(words),
    })) {
      bar.update(event);
      if (event.type === 'done') receipt = event.receipt;
    }
  } finally {
    bar.clear();
  }
  if (!receipt) throw new OratorError('internal', 'The clip ended without a receipt.');
  const receiptPath = `${order.output}.json`;
  if (json) {
    const { outcome, engine } = receipt;
    terminal.out.write(
      `${JSON.stringify({ outcome, clip: order.output, engine, receipt, receiptFile: receiptPath })}\n`,
    );
  } else if (!quiet) {
    terminal.out.write(reportLines(order.output, receiptPath, receipt).join('\n') + '\n');
  }
  return EXIT[receipt.outcome];
}

/** Turns the command line into an order, old names included. */
function orderFrom({ options, flags }: Given): ClipOrder {
  const image = text(flags.image) ?? text(flags.source_image);
  const video = text(flags.video);
  const audio = text(flags.audio) ?? text(flags.driven_audio);
  // A call with the old flags alone asks for SadTalker; it never quietly becomes another engine.
  if (options.engine === undefined && LEGACY.some((name) => flags[name] !== undefined)) options.engine = 'sadtalker';
  const request: RenderRequest = parseRequest(options);
  const subject = image ?? video;
  if (!subject) throw new OratorError('request/invalid', 'No picture was given. Add --image face.jpg.');
  if (image && video) throw new OratorError('request/invalid', 'Give either --image or --video, not both.');
  if (!audio && !request.text?.trim()) {
    throw new OratorError('request/invalid', 'No speech was given. Add --audio speech.wav or --text "…".');
  }
  const output = text(flags.output) ?? `${subject.replace(/\.[^./\\]+$/, '')}${image ? '' : '-speaks'}.mp4`;
  if (!/\.(mp4|m4v)$/i.test(output)) {
    throw new OratorError(
      'request/invalid',
      `Clips are MP4 files, and "${output.slice(-40)}" is no name for one. End it in .mp4.`,
    );
  }
  const setup = {
    fetch: !flags['no-setup'] && !flags['force-local-models'],
    acceptLicence: Boolean(flags['accept-licence']),
  };
  return { request, image, video, audio, output, fallback: fallbackFrom(text(flags.fallback)), setup };
}

function fallbackFrom(said = 'none'): Fallback {
  const fallback = FALLBACKS.find((one) => one === said);
  if (fallback) return fallback;
  const known = FALLBACKS.join(', ');
  throw new OratorError('request/invalid', `--fallback must be one of ${known}, not "${said.slice(0, 40)}".`);
}

const text = (value: string | boolean | undefined) => (typeof value === 'string' && value !== '' ? value : undefined);
