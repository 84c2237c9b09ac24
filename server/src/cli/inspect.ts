import type { SyncScore } from '@orator/core/inspect/lip-sync/distance';
import { type ClipMeasures, passes, ROW_IDS, ROWS } from '@orator/core/inspect/rows';
import { measureClip, openFaceNetworks } from '../inspect/clip.ts';
import { measureLipSync, openSyncNetworks } from '../inspect/lip-sync.ts';
import { findFfmpeg } from '../media/ffmpeg.ts';
import { ModelRuntime } from '../runtime/onnx/model-runtime.ts';
import { readWords } from './avatar-words.ts';
import { answerInJson } from './json-answer.ts';
import { EXIT, type Terminal } from './terminal.ts';

const USAGE = `Usage: orator inspect CLIP [--sync] [--json]

Measures a clip of a talking person: how alive it is, and how well lips and sound fit together. Each figure stands beside the band of real
recordings.

  --sync   Only SyncNet's figures, as papers give them: LSE-D (lower is better), LSE-C (higher is better), offset. Needs its weights: run
           orator models pull syncnet
  --json   One JSON object on standard output
`;

/** Clips below this are measured, yet their ends count too much to compare them with others. */
const SHORT_SECONDS = 3;
const FPS = 25;

/** `orator inspect`: the figures of a clip. */
export async function inspect(argv: readonly string[], terminal: Terminal, signal: AbortSignal): Promise<number> {
  if (argv.includes('--help') || argv.includes('-h')) {
    terminal.out.write(USAGE);
    return EXIT.success;
  }
  const { values, word: clip } = readWords(argv, { json: { type: 'boolean' }, sync: { type: 'boolean' } }, 1);
  return answerInJson(Boolean(values.json), terminal, signal, async () => {
    const { config, out } = terminal;
    await using networks = await openFaceNetworks();
    const tools = { ffmpeg: await findFfmpeg(config), networks, signal };
    if (values.sync) {
      await using runtime = new ModelRuntime(config);
      await using syncnet = await openSyncNetworks(config.models, runtime, signal);
      const score = await measureLipSync(clip, syncnet, tools);
      out.write(values.json ? `${JSON.stringify(syncAnswer(clip, score))}\n` : syncLines(score));
    } else {
      const measures = await measureClip(clip, tools);
      out.write(values.json ? `${JSON.stringify({ clip, measures })}\n` : rowLines(measures));
    }
    return EXIT.success;
  });
}

/** The mean distance of each second. */
function perSecond({ distances }: SyncScore): number[] {
  return Array.from({ length: Math.ceil(distances.length / FPS) }, (_, second) => {
    const part = distances.slice(second * FPS, (second + 1) * FPS);
    return rounded(part.reduce((sum, each) => sum + each, 0) / part.length);
  });
}

const syncAnswer = (clip: string, score: SyncScore) => ({
  clip,
  sync: {
    lseD: rounded(score.lseD),
    lseC: rounded(score.lseC),
    offsetFrames: score.offset,
    seconds: perSecond(score),
  },
});

function syncLines(score: SyncScore): string {
  const seconds = score.distances.length / FPS;
  const lines = [
    `LSE-D     ${score.lseD.toFixed(3)}, lower is better`,
    `LSE-C     ${score.lseC.toFixed(3)}, higher is better`,
    `Offset    ${score.offset} frames of ${1000 / FPS} ms`,
    `Seconds   ${perSecond(score)
      .map((mean) => mean.toFixed(2))
      .join(' ')}`,
    ...(seconds < SHORT_SECONDS ? ['Note      Shorter than 3 s: compare it only with clips of the same length.'] : []),
  ];
  return `${lines.join('\n')}\n`;
}

function rowLines(measures: ClipMeasures): string {
  const lines = ROW_IDS.map((id) => {
    const { title, unit, low, high, digits } = ROWS[id];
    const value = measures[id];
    const mark = { true: '✓', false: '✗', null: '–' }[String(passes(id, value)) as 'true' | 'false' | 'null'];
    const said = value === null ? 'nothing to measure' : `${value.toFixed(digits)} ${unit}`.trim();
    return `${mark} ${title.padEnd(40)}${said.padEnd(22)}${low} to ${high}`;
  });
  return `${lines.join('\n')}\n`;
}

const rounded = (value: number) => Math.round(value * 1000) / 1000;
