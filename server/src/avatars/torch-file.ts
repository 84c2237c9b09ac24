import { crc32 } from 'node:zlib';
import { OratorError } from '@orator/core/base/errors';
import { type PickleGlobal, PickleTuple, readPickle } from '@orator/core/models/formats/pickle';
import { pickleTensor } from '@orator/core/models/formats/pickle-writer';
import { StoredZip } from '@orator/core/models/formats/zip-reader';
import { writeZip, type ZipEntry } from '@orator/core/models/formats/zip-writer';
import { fromHalf, toHalf } from '@orator/core/models/half-float';
import { openFileSource } from '../file-source.ts';
import { invalidPickle } from './coords-pickle.ts';

/** A frame's latent: the masked face (channels 0 to 3) and the face (4 to 7), each 32 × 32. */
export const LATENT_SHAPE = [1, 8, 32, 32] as const;
/** Values in one latent. */
export const LATENT_VALUES = 8 * 32 * 32;
const LATENT_STRIDES = [LATENT_VALUES, 32 * 32, 32, 1] as const;
const HALF_BYTES = 2;
/** The folder that all entries lie in; torch takes any name. */
const ROOT = 'latents';
/** Each latent is 16 kB: more than these would not fit into a zip's 16-bit count of entries. */
const MOST_LATENTS = 65_000;
const MOST_PICKLE_BYTES = 16 << 20;

/** Where torch puts the tensors when nobody tells it another place. LiveTalking tells it none: `cpu` files only work without a GPU. */
export type TorchDevice = 'cuda:0' | 'cpu';

/** Writes latents as they come to what `torch.save(list)` writes, one float16 tensor each, holding one at a time. */
export function writeLatents(
  latents: AsyncIterable<Float32Array>,
  device: TorchDevice = 'cuda:0',
): AsyncGenerator<Uint8Array> {
  return writeZip(entriesOf(latents, device), crc32);
}

async function* entriesOf(latents: AsyncIterable<Float32Array>, device: TorchDevice): AsyncGenerator<ZipEntry> {
  let count = 0;
  for await (const latent of latents) {
    if (latent.length !== LATENT_VALUES)
      throw new RangeError(`a latent has ${LATENT_VALUES} values, not ${latent.length}`);
    const bytes = Buffer.alloc(LATENT_VALUES * HALF_BYTES);
    latent.forEach((value, i) => {
      bytes.writeUInt16LE(toHalf(value), i * HALF_BYTES);
    });
    yield { name: `${ROOT}/data/${count++}`, bytes };
  }
  yield { name: `${ROOT}/data.pkl`, bytes: pickleTensors(count, device) };
  yield { name: `${ROOT}/version`, bytes: Buffer.from('3\n') };
  yield { name: `${ROOT}/byteorder`, bytes: Buffer.from('little') };
}

/** The pickle that lists the tensors; only opcodes that torch's `weights_only` reader takes. */
export function pickleTensors(count: number, device: TorchDevice): Uint8Array {
  const tensors = Array.from({ length: count }, (_, i) =>
    Uint8Array.from(
      pickleTensor({ storage: 'HalfStorage', key: String(i), device, count: LATENT_VALUES, shape: LATENT_SHAPE }),
    ),
  );
  return Buffer.concat([Buffer.from([0x80, 2, 0x5d, 0x28]), ...tensors, Buffer.from([0x65, 0x2e])]);
}

/** An open `latents.pt`; disposing it closes the file. */
export interface Latents extends AsyncDisposable {
  readonly count: number;
  /** Where torch puts them. */
  readonly device: TorchDevice;
  /** The latent of one frame. @throws {OratorError} `avatar/invalid` when its bytes are damaged. */
  read(index: number): Promise<Float32Array>;
}

/**
 * Opens a `latents.pt` written by us or by torch. Runs nothing that it says.
 * @throws {OratorError} `avatar/invalid` for anything but a list of float16 tensors of the latents' shape.
 */
export async function openLatents(path: string): Promise<Latents> {
  const file = await openFileSource(path);
  try {
    const zip = await StoredZip.open(file, crc32, invalidTensors);
    const root = zip.names.find((name) => /^[^/]+\/data\.pkl$/.test(name))?.split('/')[0];
    if (root === undefined) throw invalidTensors('it has no data.pkl');
    if ((zip.bytesOf(`${root}/data.pkl`) ?? 0) > MOST_PICKLE_BYTES) throw invalidTensors('its pickle is too long');
    if (zip.bytesOf(`${root}/byteorder`) !== undefined) {
      const order = Buffer.from(await zip.read(`${root}/byteorder`, 0, 3)).toString();
      if (order !== 'lit') throw invalidTensors('its numbers are not little-endian');
    }
    const tensors = readTensors(await zip.read(`${root}/data.pkl`));
    for (const { key, offset } of tensors) {
      const bytes = zip.bytesOf(`${root}/data/${key}`) ?? 0;
      if ((offset + LATENT_VALUES) * HALF_BYTES > bytes) throw invalidTensors('a tensor has no or too few values');
    }
    return {
      count: tensors.length,
      device: tensors.every(({ device }) => device === 'cpu') ? 'cpu' : 'cuda:0',
      read: async (index) => {
        const { key, offset } = tensors[index]!;
        const bytes = await zip.read(`${root}/data/${key}`, offset * HALF_BYTES, LATENT_VALUES * HALF_BYTES);
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
        return Float32Array.from({ length: LATENT_VALUES }, (_, i) => fromHalf(view.getUint16(i * HALF_BYTES, true)));
      },
      [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
    };
  } catch (thrown) {
    await file[Symbol.asyncDispose]();
    throw thrown;
  }
}

const HALF_STORAGE = Symbol('torch.HalfStorage');

class Storage {
  readonly key: string;
  readonly device: unknown;
  constructor(key: string, device: unknown) {
    this.key = key;
    this.device = device;
  }
}

class Tensor {
  readonly key: string;
  readonly device: unknown;
  readonly offset: number;
  constructor({ key, device }: Storage, offset: number) {
    this.key = key;
    this.device = device;
    this.offset = offset;
  }
}

function readTensors(bytes: Uint8Array): readonly Tensor[] {
  const value = readPickle(bytes, { globals: TORCH, persistent: readStorage, refuse: invalidPickle });
  if (!Array.isArray(value) || !value.every((item): item is Tensor => item instanceof Tensor)) {
    throw invalidTensors('it holds no list of tensors');
  }
  if (value.length > MOST_LATENTS) throw invalidTensors(`it has ${value.length} tensors`);
  return value;
}

function readStorage(id: unknown): Storage {
  const [kind, type, key, device] = id instanceof PickleTuple ? id.items : [];
  if (kind !== 'storage' || type !== HALF_STORAGE || typeof key !== 'string' || !/^\d{1,9}$/.test(key)) {
    throw invalidTensors('a tensor is not float16');
  }
  return new Storage(key, device);
}

function rebuildTensor([storage, offset, shape, strides]: readonly unknown[]): Tensor {
  const fits = holds(shape, LATENT_SHAPE) && holds(strides, LATENT_STRIDES);
  if (!(storage instanceof Storage) || !Number.isSafeInteger(offset) || Number(offset) < 0 || !fits) {
    throw invalidTensors(`a tensor is not ${LATENT_SHAPE.join(' × ')}`);
  }
  return new Tensor(storage, Number(offset));
}

const holds = (value: unknown, expected: readonly number[]) =>
  value instanceof PickleTuple &&
  value.items.length === expected.length &&
  expected.every((item, i) => value.items[i] === item);

const TORCH: ReadonlyMap<string, PickleGlobal> = new Map<string, PickleGlobal>([
  ['torch._utils _rebuild_tensor_v2', rebuildTensor],
  ['torch HalfStorage', HALF_STORAGE],
  ['collections OrderedDict', () => null], // hooks, of which there are none
]);

const invalidTensors = (reason: string) =>
  new OratorError('avatar/invalid', `latents.pt cannot be read: ${reason}. Build the avatar again.`);
