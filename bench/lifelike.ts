import { ROW_IDS, ROWS, type Row, type RowId } from '@orator/core/inspect/rows';
import { mean } from '@orator/core/inspect/signal';
import { measureClip, openFaceNetworks } from '../server/src/inspect/clip.ts';
import { findFfmpeg } from '../server/src/media/ffmpeg.ts';
import { openWorkshop, photographs, voices } from './material.ts';
import { make } from './orator.ts';
import { rounded } from './table.ts';

export const title = 'Life: mean over 6 portraits × 3 voices at 512², against the bands of real talking faces';

const PORTRAITS = 6;
/** What clips must reach where that is more than the band of real faces says. */
const AIMS: Partial<Record<RowId, { readonly text: number; readonly sound: number }>> = {
  beyondLoudness: { text: 0.35, sound: 0.28 },
};

/** Makes 36 clips and measures them. */
export async function run(): Promise<Record<string, unknown>[]> {
  await using workshop = await openWorkshop();
  const tools = {
    ffmpeg: await findFfmpeg({ path: process.env.PATH ?? '' }),
    networks: await openFaceNetworks(),
    signal: new AbortController().signal,
  };
  const found = { text: emptyFigures(), sound: emptyFigures() };
  for (const [take, portrait] of photographs().slice(0, PORTRAITS).entries()) {
    for (const { rate, pcm, text, language, closures } of await voices(take)) {
      const sound = await workshop.wav('speech.wav', pcm, rate);
      for (const kind of ['text', 'sound'] as const) {
        const clip = workshop.path('clip.mp4');
        const words = kind === 'text' ? ['--text', text, '--voice', language] : [];
        await make(workshop.path('data'), ['--image', portrait.path, '--audio', sound, ...words, '-o', clip]);
        const figures = await measureClip(clip, tools, { closures });
        for (const id of ROW_IDS) if (figures[id] !== null) found[kind][id].push(figures[id]);
      }
    }
  }
  return (['text', 'sound'] as const).flatMap((kind) => ROW_IDS.map((id) => rowOf(kind, id, found[kind][id])));
}

const emptyFigures = () => Object.fromEntries(ROW_IDS.map((id) => [id, []])) as unknown as Record<RowId, number[]>;

function rowOf(kind: 'text' | 'sound', id: RowId, values: readonly number[]): Record<string, unknown> {
  const { title, unit, digits } = ROWS[id];
  const spread =
    values.length > 0
      ? {
          value: rounded(mean(values), digits),
          min: rounded(Math.min(...values), digits),
          max: rounded(Math.max(...values), digits),
        }
      : {};
  return {
    figure: `${title}${unit && `, ${unit}`}`,
    lips: kind === 'text' ? 'with text' : 'sound only',
    clips: values.length,
    ...spread,
    reach: reachOf(ROWS[id], AIMS[id]?.[kind]),
  };
}

/** The band of a row, as text that the table understands. */
function reachOf({ low, high, rule }: Row, aim?: number): string {
  if (rule === 'at most') return `≤ ${high}`;
  if (rule === 'at least') return `≥ ${aim ?? low}`;
  return low === -high ? `± ${high}` : `${low}–${high}`;
}
