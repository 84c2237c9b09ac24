const BININT = 0x4a;
const BININT1 = 0x4b;
const BININT2 = 0x4d;

/** One integer in the shortest form that protocol 2 has for it. @throws {RangeError} beyond 32 bits */
export function pickleInteger(value: number): readonly number[] {
  if ((value | 0) !== value) throw new RangeError(`${value} is no whole number of 32 bits`);
  if (value >= 0 && value < 0x100) return [BININT1, value];
  if (value >= 0 && value < 0x10000) return [BININT2, value & 0xff, value >> 8];
  return [BININT, ...wordOf(value)];
}

/** A text. */
export function pickleText(text: string): readonly number[] {
  const bytes = new TextEncoder().encode(text);
  return [0x58, ...wordOf(bytes.length), ...bytes];
}

/** The bytes of opcodes that are written as letters. */
export const opcodes = (letters: string): readonly number[] => [...letters].map((letter) => letter.charCodeAt(0));

const wordOf = (value: number) => [0, 8, 16, 24].map((shift) => (value >> shift) & 0xff);

/** A tensor that is packed in a storage. */
export interface PickledTensor {
  /** torch's name of the storage's class. */
  readonly storage: string;
  readonly key: string;
  /** Where torch puts it. */
  readonly device: string;
  /** Numbers in the storage. */
  readonly count: number;
  readonly shape: readonly number[];
  /** The stream of old has one more field. */
  readonly stream?: boolean;
}

/** A tensor as torch pickles it; only opcodes that its `weights_only` reader takes. */
export function pickleTensor({ storage, key, device, count, shape, stream }: PickledTensor): readonly number[] {
  const tuple = (values: readonly number[]) => [0x28, ...values.flatMap(pickleInteger), 0x74];
  const strides = shape.map((_, i) => shape.slice(i + 1).reduce((product, side) => product * side, 1));
  return [
    ...opcodes('ctorch._utils\n_rebuild_tensor_v2\n(('),
    ...pickleText('storage'),
    ...opcodes(`ctorch\n${storage}\n`),
    ...pickleText(key),
    ...pickleText(device),
    ...pickleInteger(count),
    ...(stream ? opcodes('N') : []),
    ...opcodes('tQ'),
    ...pickleInteger(0),
    ...tuple(shape),
    ...tuple(strides),
    ...opcodes('\x89ccollections\nOrderedDict\n)RtR'), // requires_grad false, no hooks
  ];
}
