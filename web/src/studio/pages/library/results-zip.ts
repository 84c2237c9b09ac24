import { orator } from '../../service/orator.ts';
import { writeCsv } from './csv.ts';

/** A clip that goes into a zip. */
export interface ZipClip {
  /** The id of its file. */
  readonly asset: string;
  readonly name: string;
  readonly text: string;
  readonly outcome: string;
}

/**
 * Puts clips into a zip, each fetched when its turn comes, with a table of what they say: no more than one of them is held at a time, and
 * what is packed lies where the browser keeps its files. `onClip` is told how many are in.
 */
export async function zipOf(
  clips: readonly ZipClip[],
  { signal, onClip }: { readonly signal: AbortSignal; readonly onClip: (count: number) => void },
): Promise<Blob> {
  const { Zip, ZipPassThrough, strToU8 } = await import('fflate');
  const parts: Blob[] = [];
  let chunks: Uint8Array<ArrayBuffer>[] = [];
  const zip = new Zip((error, chunk) => {
    if (error) throw error;
    chunks.push(chunk as Uint8Array<ArrayBuffer>);
  });
  const setDown = () => {
    parts.push(new Blob(chunks));
    chunks = [];
  };
  const table = [['file', 'outcome', 'text']];
  for (const [place, { asset, name, text, outcome }] of clips.entries()) {
    const file = `${String(place + 1).padStart(3, '0')}-${name}.mp4`;
    const entry = new ZipPassThrough(file); // video cannot be made smaller
    zip.add(entry);
    const content = await orator.download(asset, { signal });
    const reader = content.stream().getReader();
    for (let read = await reader.read(); !read.done; read = await reader.read()) entry.push(read.value);
    entry.push(new Uint8Array(), true);
    setDown();
    table.push([file, outcome, text]);
    onClip(place + 1);
  }
  const list = new ZipPassThrough('clips.csv');
  zip.add(list);
  list.push(strToU8(writeCsv(table)), true);
  zip.end();
  setDown();
  return new Blob(parts, { type: 'application/zip' });
}
