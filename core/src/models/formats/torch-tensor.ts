import { countOf, DTYPE_BYTES, type Dtype, type StoredTensor } from '../tensor.ts';
import { PickleDict, type PickleGlobal, type PickleRules, PickleTuple } from './pickle.ts';
import type { Refusal } from './refusal.ts';

/** torch's names for storages of each kind of number. */
export const STORAGE_NAMES = {
  f32: 'FloatStorage',
  f16: 'HalfStorage',
  bf16: 'BFloat16Storage',
  f64: 'DoubleStorage',
  i64: 'LongStorage',
  i32: 'IntStorage',
  i16: 'ShortStorage',
  i8: 'CharStorage',
  u8: 'ByteStorage',
  bool: 'BoolStorage',
} as const satisfies Record<Dtype, string>;

/** The numbers that several tensors may share: `count` of them, from number `first` of what lies under `key`. */
export interface TorchStorage {
  readonly key: string;
  readonly dtype: Dtype;
  readonly first: number;
  readonly count: number;
}

/** Where the numbers of a storage are read: `length` bytes from `at` of what lies under `key`. */
export type StorageReader = (key: string, at: number, length: number) => Promise<Uint8Array>;

const MOST_SIDES = 8;
const KEY = /^\w{1,40}$/;

/** A tensor as the pickle describes it: a view of a storage. */
export class TorchTensor {
  readonly storage: TorchStorage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];

  constructor(storage: TorchStorage, offset: number, shape: readonly number[], strides: readonly number[]) {
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
  }

  /** The first and the last number that it shows, counted within its storage. */
  get span(): readonly [number, number] {
    if (this.shape.includes(0)) return [this.offset, this.offset - 1];
    return [this.offset, this.shape.reduce((at, side, i) => at + (side - 1) * this.strides[i]!, this.offset)];
  }

  /** Reads its numbers in the order of its indices, the last one fastest. */
  async read(reader: StorageReader): Promise<Uint8Array> {
    const { key, dtype, first } = this.storage;
    const size = DTYPE_BYTES[dtype];
    const [from, to] = this.span;
    const bytes = await reader(key, (first + from) * size, (to - from + 1) * size);
    return this.#isPacked() ? bytes : this.#gather(bytes, size);
  }

  #isPacked(): boolean {
    let step = 1;
    for (let i = this.shape.length - 1; i >= 0; i--) {
      if (this.shape[i]! > 1 && this.strides[i] !== step) return false;
      step *= this.shape[i]!;
    }
    return true;
  }

  #gather(bytes: Uint8Array, size: number): Uint8Array {
    const all = new Uint8Array(countOf(this.shape) * size);
    const index = this.shape.map(() => 0);
    for (let to = 0, from = 0; to < all.length; to += size) {
      for (let k = 0; k < size; k++) all[to + k] = bytes[from * size + k]!;
      for (let side = index.length - 1; side >= 0; side--) {
        from += this.strides[side]!;
        if (++index[side]! < this.shape[side]!) break;
        from -= this.shape[side]! * this.strides[side]!;
        index[side] = 0;
      }
    }
    return all;
  }
}

/**
 * What torch's pickles may name: ordered dictionaries, tensors, parameters and storages, nothing else. `onStorage` is told of each
 * storage that is referred to.
 */
export function torchRules(refuse: Refusal, onStorage: (storage: TorchStorage) => void = () => {}): PickleRules {
  const kinds = new Map<symbol, Dtype>();
  const globals = new Map<string, PickleGlobal>([
    ['collections OrderedDict', (args) => orderedDict(args, refuse)],
    ['torch._utils _rebuild_tensor', (args) => rebuildTensor(args, refuse)],
    ['torch._utils _rebuild_tensor_v2', (args) => rebuildTensor(args, refuse)],
    ['torch._utils _rebuild_parameter', ([tensor]) => tensor],
  ]);
  for (const [dtype, name] of Object.entries(STORAGE_NAMES)) {
    const kind = Symbol(name);
    kinds.set(kind, dtype as Dtype);
    globals.set(`torch ${name}`, kind);
  }
  const persistent = (id: unknown): Storage => {
    const [word, kind, key, , count, view] = id instanceof PickleTuple ? id.items : [];
    const dtype = typeof kind === 'symbol' ? kinds.get(kind) : undefined;
    if (word !== 'storage' || dtype === undefined || typeof key !== 'string' || !KEY.test(key) || !isCount(count)) {
      throw refuse('a storage is described wrongly');
    }
    onStorage({ key, dtype, first: 0, count });
    return new Storage(viewOf({ key, dtype, first: 0, count }, view, refuse));
  };
  return { globals, persistent, refuse };
}

/** A storage inside a pickle: a class of its own, so that nothing else is taken for one. */
class Storage {
  readonly facts: TorchStorage;

  constructor(facts: TorchStorage) {
    this.facts = facts;
  }
}

/** A view of a storage is described by its own key, its first number and its count. */
function viewOf(whole: TorchStorage, view: unknown, refuse: Refusal): TorchStorage {
  if (view === undefined || view === null) return whole;
  const [, first, count] = view instanceof PickleTuple ? view.items : [];
  if (!isCount(first) || !isCount(count) || first + count > whole.count)
    throw refuse('a view reaches beyond its storage');
  return { ...whole, first, count };
}

function rebuildTensor([storage, offset, shape, strides]: readonly unknown[], refuse: Refusal): TorchTensor {
  if (!(storage instanceof Storage) || !isCount(offset) || !isCounts(shape) || !isCounts(strides)) {
    throw refuse('a tensor is described wrongly');
  }
  const [sides, steps] = [shape.items, strides.items];
  if (sides.length !== steps.length || sides.length > MOST_SIDES) throw refuse('a tensor is described wrongly');
  const tensor = new TorchTensor(storage.facts, offset, sides, steps);
  const [, last] = tensor.span;
  // One that shows its numbers many times over could claim any size.
  if (!(last < storage.facts.count) || !(countOf(sides) <= storage.facts.count)) {
    throw refuse('a tensor reaches beyond its storage');
  }
  return tensor;
}

/** Made empty, or of a list of pairs. */
function orderedDict([pairs = []]: readonly unknown[], refuse: Refusal): PickleDict {
  if (!Array.isArray(pairs)) throw refuse('a dictionary is described wrongly');
  const dict = new PickleDict();
  for (const pair of pairs as readonly unknown[]) {
    const [key, value] = pair instanceof PickleTuple ? pair.items : Array.isArray(pair) ? (pair as unknown[]) : [];
    if (typeof key !== 'string') throw refuse('a dictionary is described wrongly');
    dict.set(key, value);
  }
  return dict;
}

/**
 * The tensors of what a file holds: a state dict, or a dictionary with one under `state_dict` beside what only training needs. Other
 * values are passed over.
 */
export function tensorsOf(value: unknown, reader: StorageReader, refuse: Refusal): StoredTensor[] {
  const inner = value instanceof PickleDict ? (value.get('state_dict') ?? value) : undefined;
  if (!(inner instanceof PickleDict)) throw refuse('it holds no weights by name');
  const tensors: StoredTensor[] = [];
  for (const [name, tensor] of inner) {
    if (typeof name !== 'string' || !(tensor instanceof TorchTensor)) continue;
    tensors.push({ name, dtype: tensor.storage.dtype, shape: tensor.shape, read: () => tensor.read(reader) });
  }
  if (tensors.length === 0) throw refuse('it holds no weights by name');
  return tensors;
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isCounts = (value: unknown): value is PickleTuple & { readonly items: readonly number[] } =>
  value instanceof PickleTuple && value.items.every(isCount);
