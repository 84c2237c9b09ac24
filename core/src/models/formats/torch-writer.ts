import { countOf } from '../tensor.ts';
import { opcodes, pickleInteger, pickleTensor, pickleText } from './pickle-writer.ts';
import type { WrittenTensor } from './safetensors.ts';
import { STREAM_START } from './torch-stream.ts';
import { STORAGE_NAMES } from './torch-tensor.ts';
import type { Crc32 } from './zip-layout.ts';
import { writeZip } from './zip-writer.ts';

/** What a checkpoint holds: weights by name, or a dictionary of such, numbers and nothing, as training leaves it. */
export type TorchContent =
  | readonly WrittenTensor[]
  | Readonly<Record<string, readonly WrittenTensor[] | number | null>>;

const ROOT = 'archive';

/** Writes weights as torch 1.6 or later does: an archive. */
export function writeTorchZip(content: TorchContent, crc32: Crc32): AsyncGenerator<Uint8Array> {
  const storages: WrittenTensor[] = [];
  const pickle = pickleContent(content, storages, false);
  const text = (line: string) => new TextEncoder().encode(line);
  return writeZip(
    [
      { name: `${ROOT}/data.pkl`, bytes: pickle },
      { name: `${ROOT}/byteorder`, bytes: text('little') },
      ...storages.map(({ bytes }, key) => ({ name: `${ROOT}/data/${key}`, bytes })),
      { name: `${ROOT}/version`, bytes: text('3\n') },
    ],
    crc32,
  );
}

/** Writes weights as torch before 1.6 did: a stream of pickles, then the numbers. */
export function* writeTorchStream(content: TorchContent): Generator<Uint8Array> {
  const storages: WrittenTensor[] = [];
  const object = pickleContent(content, storages, true);
  yield Uint8Array.from([
    ...STREAM_START,
    ...opcodes('\x80\x02}('),
    ...[...pickleText('protocol_version'), ...pickleInteger(1001)],
    ...[...pickleText('little_endian'), 0x88],
    ...opcodes('u.'),
  ]);
  yield object;
  yield Uint8Array.from([
    ...opcodes('\x80\x02]('),
    ...storages.flatMap((_, key) => pickleText(String(key))),
    ...opcodes('e.'),
  ]);
  for (const { shape, bytes } of storages) {
    const count = new Uint8Array(8);
    new DataView(count.buffer).setBigInt64(0, BigInt(countOf(shape)), true);
    yield count;
    yield bytes;
  }
}

/** Every tensor gets a storage of its own, numbered in the order in which they come. */
function pickleContent(content: TorchContent, storages: WrittenTensor[], stream: boolean): Uint8Array {
  const weights = (tensors: readonly WrittenTensor[]): number[] => [
    ...opcodes('ccollections\nOrderedDict\n)R('),
    ...tensors.flatMap((tensor) => {
      const { name, dtype, shape } = tensor;
      const key = String(storages.push(tensor) - 1);
      const [storage, count] = [STORAGE_NAMES[dtype], countOf(shape)];
      return [...pickleText(name), ...pickleTensor({ storage, key, device: 'cpu', count, shape, stream })];
    }),
    ...opcodes('u'),
  ];
  const value = (item: readonly WrittenTensor[] | number | null): readonly number[] => {
    if (item === null) return opcodes('N');
    return typeof item === 'number' ? pickleInteger(item) : weights(item);
  };
  const whole = isList(content)
    ? weights(content)
    : [
        ...opcodes('}('),
        ...Object.entries(content).flatMap(([name, item]) => [...pickleText(name), ...value(item)]),
        ...opcodes('u'),
      ];
  return Uint8Array.from([...opcodes('\x80\x02'), ...whole, ...opcodes('.')]);
}

const isList = (content: TorchContent): content is readonly WrittenTensor[] => Array.isArray(content);
