import { DTYPE_BYTES, type StoredTensor } from '../tensor.ts';
import type { ByteSource } from './byte-source.ts';
import { readPickle } from './pickle.ts';
import type { Refusal } from './refusal.ts';
import { tensorsOf, torchRules } from './torch-tensor.ts';
import type { Crc32 } from './zip-layout.ts';
import { StoredZip } from './zip-reader.ts';

const MOST_PICKLE_BYTES = 16 << 20;

/** Lists the tensors of a file that torch 1.6 or later wrote: an archive with a pickle and one entry for each storage. */
export async function readTorchZip(source: ByteSource, crc32: Crc32, refuse: Refusal): Promise<StoredTensor[]> {
  const zip = await StoredZip.open(source, crc32, refuse);
  const root = zip.names.find((name) => /^[^/]+\/data\.pkl$/.test(name))?.split('/')[0];
  if (root === undefined) throw refuse('it has no data.pkl');
  if (zip.bytesOf(`${root}/data.pkl`)! > MOST_PICKLE_BYTES) throw refuse('its pickle is too long');
  if (zip.bytesOf(`${root}/byteorder`) !== undefined) {
    const order = new TextDecoder().decode(await zip.read(`${root}/byteorder`));
    if (order !== 'little') throw refuse('its numbers are not little-endian');
  }
  const rules = torchRules(refuse, ({ key, dtype, count }) => {
    const bytes = zip.bytesOf(`${root}/data/${key}`);
    if (bytes === undefined || bytes < count * DTYPE_BYTES[dtype]) throw refuse('a storage is missing or too short');
  });
  const value = readPickle(await zip.read(`${root}/data.pkl`), rules);
  return tensorsOf(value, (key, at, length) => zip.read(`${root}/data/${key}`, at, length), refuse);
}
