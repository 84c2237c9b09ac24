import type { Receipt } from '@orator/core/produce/receipt';
import { wordsForChoice } from '../runtime/onnx/precision.ts';
import { outcomeLines } from '../studio/outcome-lines.ts';

const TIMING = {
  synthesised: 'lips timed by the voice',
  aligned: 'lips timed by the text, aligned to the recording',
  audio: 'lips timed by the sound',
} as const;

const STAGE_WORDS: Readonly<Record<string, string>> = {
  prepare: 'prepare the portrait',
  speech: 'speech',
  motion: 'motion',
  frames: 'draw frames',
  video: 'read the video',
  faces: 'follow the face',
  network: 'run the network',
  encode: 'encode',
  total: 'in all',
};

/** What a network ran on and in, where there was a choice. */
const networkLine = ({ name, provider, precision, precisionReason: reason = '' }: Receipt['models'][number]) =>
  provider && precision ? [`Network   ${name}: ${wordsForChoice(provider, { precision, reason })}`] : [];

/** What a person wants to know once the clip is there: where, what, how long each stage took. */
export function reportLines(clip: string, receiptPath: string, receipt: Receipt): string[] {
  const { width, height, fps, seconds } = receipt.clip;
  const total = receipt.timings.total ?? 0;
  const lines = [
    ...outcomeLines(clip, receipt),
    `Clip      ${clip}`,
    `          ${seconds.toFixed(1)} s, ${width}×${height}, ${fps} fps, made ${(seconds / Math.max(total, 0.001)).toFixed(1)} × as fast as it plays`,
    `Outcome   ${receipt.outcome}${receipt.reason ? `: ${receipt.reason}` : ''}`,
    `Engine    ${receipt.engine}; ${TIMING[receipt.timing]}${receipt.voice ? ` (${receipt.voice})` : ''}`,
    ...receipt.models.flatMap(networkLine),
    `Receipt   ${receiptPath}`,
    ...receipt.warnings.map((warning) => `Note      ${warning}`),
    'Time      ' +
      Object.entries(receipt.timings)
        .map(([stage, busy]) => `${STAGE_WORDS[stage] ?? stage} ${busy.toFixed(2)} s`)
        .join(' · '),
  ];
  return lines;
}
