import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { randomFrom } from '../../base/random.ts';
import { toHalf } from '../half-float.ts';
import { bytesOfFloats, type Dtype, toFloats } from '../tensor.ts';
import { bytesInMemory } from './byte-source.ts';
import { type Checkpoint, openCheckpoint } from './checkpoint.ts';
import { opcodes, pickleInteger, pickleText } from './pickle-writer.ts';
import { refuseWeights } from './refusal.ts';
import { type WrittenTensor, writeSafetensors } from './safetensors.ts';
import { STREAM_START } from './torch-stream.ts';
import { type TorchContent, writeTorchStream, writeTorchZip } from './torch-writer.ts';
import { writeZip } from './zip-writer.ts';

const refuse = refuseWeights('test.pth');
const open = (bytes: Uint8Array) => openCheckpoint(bytesInMemory(bytes), crc32, refuse);

async function join(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Uint8Array.from(Buffer.concat(all));
}

const floats = (name: string, shape: readonly number[], start: number): WrittenTensor => {
  const count = shape.reduce((a, b) => a * b, 1);
  const bytes = bytesOfFloats(Float32Array.from({ length: count }, (_, i) => start + i / 8));
  return { name, dtype: 'f32', shape, bytes };
};
const WEIGHTS = [
  floats('face.0.weight', [2, 3, 1, 2], 1),
  floats('face.0.bias', [2], -4),
  { name: 'face.1.num_batches_tracked', dtype: 'i64', shape: [], bytes: Uint8Array.of(7, 0, 0, 0, 0, 0, 0, 0) },
] as const satisfies readonly WrittenTensor[];
const prefixed = WEIGHTS.map((tensor) => ({ ...tensor, name: `module.${tensor.name}` }));
const TRAINED: TorchContent = {
  state_dict: prefixed,
  optimizer: [floats('exp_avg', [64], 0)],
  global_step: 193_000,
  global_epoch: null,
};

async function valuesOf({ tensors }: Checkpoint): Promise<Record<string, number[]>> {
  const values: Record<string, number[]> = {};
  for (const [name, tensor] of tensors) values[name] = [...toFloats(tensor.dtype, await tensor.read())];
  return values;
}
const EXPECTED = Object.fromEntries(WEIGHTS.map(({ name, dtype, bytes }) => [name, [...toFloats(dtype, bytes)]]));

const FORMATS = [
  ['an archive of torch', 'torch-zip', () => join(writeTorchZip(prefixed, crc32))],
  ['an archive that training left', 'torch-zip', () => join(writeTorchZip(TRAINED, crc32))],
  ['a stream of old torch', 'torch-stream', () => join(writeTorchStream(prefixed))],
  ['a stream that training left', 'torch-stream', () => join(writeTorchStream(TRAINED))],
  ['a safetensors file', 'safetensors', () => join(writeSafetensors(prefixed))],
] as const;

describe.each(FORMATS)('%s', (_, format, write) => {
  test('gives the weights as they were written, without the prefix', async () => {
    const checkpoint = await open(await write());
    expect(checkpoint.format).toBe(format);
    expect([...checkpoint.tensors.values()].map(({ name, shape }) => [name, shape])).toEqual(
      WEIGHTS.map(({ name, shape }) => [name, shape]),
    );
    expect(await valuesOf(checkpoint)).toEqual(EXPECTED);
  });

  test('that is cut off anywhere is refused', async () => {
    const whole = await write();
    for (let length = 0; length < whole.length; length += 7) {
      const read = async () => valuesOf(await open(whole.slice(0, length)));
      await expect(read(), `${length} of ${whole.length} bytes`).rejects.toMatchObject({ code: 'model/invalid' });
    }
  });

  test('with a wrong byte anywhere is refused or still holds tensors of sound shapes', async () => {
    const whole = await write();
    const random = randomFrom(7, format);
    for (let at = 0; at < whole.length; at++) {
      const damaged = whole.slice();
      damaged[at]! ^= 1 << Math.floor(random() * 8);
      try {
        for (const tensor of (await open(damaged)).tensors.values()) {
          const count = tensor.shape.reduce((a, b) => a * b, 1);
          expect(toFloats(tensor.dtype, await tensor.read())).toHaveLength(count);
          expect(count).toBeLessThan(whole.length);
        }
      } catch (thrown) {
        expect(thrown, `byte ${at}`).toMatchObject({ name: 'OratorError', code: 'model/invalid' });
      }
    }
  });
});

test.each<[Dtype, Uint8Array]>([
  ['f16', new Uint8Array(Uint16Array.of(toHalf(1.5), toHalf(-2)).buffer)],
  ['bf16', Uint8Array.of(0xc0, 0x3f, 0x00, 0xc0)],
  ['f64', new Uint8Array(Float64Array.of(1.5, -2).buffer)],
])('numbers of the kind %s become f32', async (dtype, bytes) => {
  const written: WrittenTensor[] = [{ name: 'a', dtype, shape: [2], bytes }];
  for (const file of [writeTorchZip(written, crc32), writeTorchStream(written), writeSafetensors(written)]) {
    expect(await valuesOf(await open(await join(file)))).toEqual({ a: [1.5, -2] });
  }
});

/** An archive around a pickle, with one storage of twelve numbers. */
const archive = (pickle: readonly number[], name = 'a/data/0') =>
  join(
    writeZip(
      [
        { name: 'a/data.pkl', bytes: Uint8Array.from([0x80, 2, ...pickle, 0x2e]) },
        { name, bytes: bytesOfFloats(Float32Array.from({ length: 12 }, (_, i) => i)) },
      ],
      crc32,
    ),
  );
const tuple = (...values: number[]) => [0x28, ...values.flatMap(pickleInteger), 0x74];
interface Strided {
  readonly offset?: number;
  readonly shape: number[];
  readonly strides: number[];
  readonly count?: number;
}
/** `{'w': tensor}` with any offset, shape and strides. */
const strided = ({ offset = 0, shape, strides, count = 12 }: Strided) => [
  ...opcodes('}'),
  ...pickleText('w'),
  ...opcodes('ctorch._utils\n_rebuild_tensor_v2\n(('),
  ...pickleText('storage'),
  ...opcodes('ctorch\nFloatStorage\n'),
  ...pickleText('0'),
  ...pickleText('cuda:0'),
  ...pickleInteger(count),
  ...opcodes('tQ'),
  ...pickleInteger(offset),
  ...tuple(...shape),
  ...tuple(...strides),
  ...opcodes('\x89NtRs'),
];

describe('a tensor that is a view of a storage', () => {
  test.each([
    ['transposed', { shape: [3, 4], strides: [1, 3] }, [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11]],
    ['a part', { offset: 5, shape: [2, 2], strides: [2, 1] }, [5, 6, 7, 8]],
    ['every second one', { offset: 1, shape: [3], strides: [2] }, [1, 3, 5]],
    ['of no numbers', { shape: [0, 4], strides: [4, 1] }, []],
  ] as const)('%s is read in the order of its indices', async (_, view, values) => {
    const file = await archive(strided({ ...view, shape: [...view.shape], strides: [...view.strides] }));
    expect(await valuesOf(await open(file))).toEqual({ w: values });
  });
});

describe('a hostile file of weights', () => {
  const call = (name: string, argument: string) => [
    ...opcodes(`c${name}\n`),
    ...pickleText(argument),
    ...opcodes('\x85R'),
  ];
  const cases: readonly [string, () => Promise<Uint8Array>, RegExp][] = [
    ['runs a command', () => archive(call('posix\nsystem', 'touch /tmp/x')), /"posix system", which is not allowed/],
    ['evaluates', () => archive(call('builtins\neval', '1')), /not allowed/],
    ['loads a library of torch', () => archive(call('torch.ops\nload_library', 'x')), /not allowed/],
    ['calls a storage', () => archive(call('torch\nFloatStorage', 'x')), /calls what is no name/],
    [
      'makes a dictionary that calls',
      () => archive([...opcodes('}('), ...call('os\nsystem', 'x'), ...opcodes('0u')]),
      /not allowed/,
    ],
    ['claims a storage beyond its entry', () => archive(strided({ shape: [2], strides: [1], count: 13 })), /too short/],
    ['reaches beyond its storage', () => archive(strided({ shape: [3, 4], strides: [5, 1] })), /beyond its storage/],
    ['begins beyond its storage', () => archive(strided({ offset: 12, shape: [1], strides: [1] })), /beyond/],
    ['shows one number a billion times', () => archive(strided({ shape: [1 << 30], strides: [0] })), /beyond/],
    [
      'multiplies to more than a number holds',
      () => archive(strided({ shape: [1 << 30, 1 << 30, 1 << 30], strides: [0, 0, 0] })),
      /beyond/,
    ],
    ['goes backwards', () => archive(strided({ offset: 4, shape: [2], strides: [-1] })), /described wrongly/],
    [
      'has sides of nine dimensions',
      () => archive(strided({ shape: Array(9).fill(1), strides: Array(9).fill(0) })),
      /wrongly/,
    ],
    [
      'keeps its numbers elsewhere',
      () => archive(strided({ shape: [1], strides: [1] }), '../data/0'),
      /missing or too short/,
    ],
    ['holds no weights', () => archive(opcodes('}')), /no weights by name/],
    ['is a number', () => archive(pickleInteger(3)), /no weights by name/],
    [
      'is a dictionary of itself',
      () => archive([...opcodes('}q\0'), ...pickleText('state_dict'), ...opcodes('h\0s')]),
      /no weights/,
    ],
    ['is a text', () => Promise.resolve(new TextEncoder().encode('<!doctype html><title>404</title>')), /neither/],
    ['is empty', () => Promise.resolve(new Uint8Array(0)), /neither/],
    [
      'is an archive of something else',
      () => join(writeZip([{ name: 'x', bytes: Uint8Array.of(1) }], crc32)),
      /no data.pkl/,
    ],
  ];
  test.each(cases)('that %s is refused', async (_, write, reason) => {
    const opening = open(await write());
    await expect(opening).rejects.toMatchObject({ code: 'model/invalid' });
    await expect(opening).rejects.toThrow(reason);
  });

  test('as a stream whose list of storages lies is refused', async () => {
    const whole = Buffer.from(await join(writeTorchStream([floats('a', [4], 0)]))).toString('latin1');
    const edit = (from: string, to: string) => open(Uint8Array.from(Buffer.from(whole.replace(from, to), 'latin1')));
    await expect(edit('](X\x01\0\0\x000e.', '](X\x01\0\0\x001e.')).rejects.toThrow(/list of storages is wrong/);
    await expect(edit('](X\x01\0\0\x000e.', ']X\x01\0\0\x000aa.')).rejects.toMatchObject({ code: 'model/invalid' });
    await expect(edit('\x04\0\0\0\0\0\0\0', '\xff\xff\xff\xff\xff\xff\xff\x7f')).rejects.toThrow(/as long as/);
    await expect(open(Uint8Array.from([...STREAM_START, ...opcodes('\x80\x02}.')]))).rejects.toThrow(/little-endian/);
  });

  test.each([
    [
      'overlap',
      { a: { dtype: 'U8', shape: [4], data_offsets: [0, 4] }, b: { dtype: 'U8', shape: [4], data_offsets: [2, 6] } },
      6,
    ],
    ['leave a gap', { a: { dtype: 'U8', shape: [1], data_offsets: [1, 2] } }, 2],
    ['do not fill their place', { a: { dtype: 'F32', shape: [4], data_offsets: [0, 4] } }, 4],
    ['have negative places', { a: { dtype: 'U8', shape: [4], data_offsets: [-4, 0] } }, 0],
    ['have absurd shapes', { a: { dtype: 'U8', shape: [2 ** 52, 2 ** 52], data_offsets: [0, 4] } }, 4],
    ['are of an unknown kind', { a: { dtype: '__proto__', shape: [4], data_offsets: [0, 4] } }, 4],
    ['are nothing', { a: null }, 0],
    ['are followed by something', { a: { dtype: 'U8', shape: [1], data_offsets: [0, 1] } }, 2],
  ])('as safetensors that %s is refused', async (_, header, bytes) => {
    const text = new TextEncoder().encode(JSON.stringify(header));
    const file = new Uint8Array(8 + text.length + bytes);
    new DataView(file.buffer).setUint32(0, text.length, true);
    file.set(text, 8);
    await expect(open(file)).rejects.toMatchObject({ code: 'model/invalid' });
  });
});

describe('an archive as torch writes it', () => {
  /** Puts the end for large archives before the ordinary one, whose numbers are then all ones. */
  const enlarge = (bytes: Uint8Array, change = (_: DataView) => {}) => {
    const end = bytes.length - 22;
    const view = new DataView(bytes.buffer);
    const [count, size, at] = [
      view.getUint16(end + 10, true),
      view.getUint32(end + 12, true),
      view.getUint32(end + 16, true),
    ];
    const large = new Uint8Array(56 + 20);
    const extra = new DataView(large.buffer);
    extra.setUint32(0, 0x0606_4b50, true);
    for (const [field, value] of [
      [24, count],
      [32, count],
      [40, size],
      [48, at],
    ] as const) {
      extra.setBigUint64(field, BigInt(value), true);
    }
    extra.setUint32(56, 0x0706_4b50, true);
    extra.setBigUint64(64, BigInt(end), true);
    change(extra);
    const last = bytes.slice(end);
    last.fill(0xff, 8, 20);
    return Uint8Array.from([...bytes.subarray(0, end), ...large, ...last]);
  };

  test('has its list where the end for large archives says', async () => {
    expect(await valuesOf(await open(enlarge(await join(writeTorchZip(prefixed, crc32)))))).toEqual(EXPECTED);
  });

  test('is refused when that end lies', async () => {
    const whole = await join(writeTorchZip(prefixed, crc32));
    for (const field of [32, 40, 48, 64]) {
      const lying = enlarge(whole, (view) => view.setBigUint64(field, 2n ** 63n, true));
      await expect(open(lying)).rejects.toMatchObject({ code: 'model/invalid' });
    }
  });
});
