import type { OratorError } from '../../base/errors.ts';
import type { Refusal } from './refusal.ts';

/** What a pickle may name: a pure function of its arguments, or a mark that stands for itself. Nothing is ever imported or run. */
export type PickleGlobal = ((args: readonly unknown[]) => unknown) | symbol;

/** The meaning of a pickle's names and outside references. Whatever is not listed is refused. */
export interface PickleRules {
  /** Keyed by module and name with a space between. */
  readonly globals: ReadonlyMap<string, PickleGlobal>;
  /** Answers a reference to something outside the pickle; without it there may be none. */
  readonly persistent?: (id: unknown) => unknown;
  /** What a pickle that cannot be read is refused with. */
  readonly refuse: Refusal;
}

/** A tuple; lists are arrays. */
export class PickleTuple {
  readonly items: readonly unknown[];

  constructor(items: readonly unknown[]) {
    this.items = items;
  }
}

/** An object whose state comes after it was made (`BUILD`). */
export interface Buildable {
  build(state: unknown): void;
}

/** A dictionary. Attributes that an ordered one was given are dropped: torch keeps versions of its modules there. */
export class PickleDict extends Map<string | number, unknown> implements Buildable {
  build(): void {}
}

/** 10 000 frames in the wordiest form, numpy integers without a memo, take 3 MB. */
const MOST_BYTES = 16 << 20;
/** Rows in a list need 2; files of torch 5. */
const MOST_DEPTH = 32;
/** Memo entries are never freed; each needs two bytes of the file. */
const MOST_MEMOS = 2_000_000;
/** Values are made by one byte of the file each, and take up to a hundred. */
const MOST_VALUES = 8_000_000;

/**
 * Reads one pickle of protocol 2 to 5 as plain data: numbers, strings, bytes, arrays, tuples, dictionaries and what `rules` make of
 * the rest. Whatever is cut off, oversized or not listed is refused.
 */
export function readPickle(bytes: Uint8Array, rules: PickleRules): unknown {
  if (bytes.length > MOST_BYTES) throw rules.refuse(`it has ${bytes.length} bytes; ${MOST_BYTES} are allowed`);
  return readPickleAt(bytes, 0, rules).value;
}

/** Reads one of several pickles that lie one after the other in `bytes`; `end` is where the next begins. */
export function readPickleAt(bytes: Uint8Array, at: number, rules: PickleRules): { value: unknown; end: number } {
  const machine = new Unpickler(bytes, at, rules);
  return { value: machine.read(), end: machine.at };
}

class Unpickler {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #rules: PickleRules;
  readonly #marks: unknown[][] = [];
  readonly #memo = new Map<number, unknown>();
  #stack: unknown[] = [];
  #values = 0;
  #at: number;

  constructor(bytes: Uint8Array, at: number, rules: PickleRules) {
    this.#bytes = bytes;
    this.#at = at;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#rules = rules;
  }

  /** The next byte to be read. */
  get at(): number {
    return this.#at;
  }

  refuse(reason: string): OratorError {
    return this.#rules.refuse(reason);
  }

  read(): unknown {
    if (this.#bytes[this.#at] !== 0x80) throw this.refuse('it does not begin like one');
    for (;;) {
      const opcode = this.#byte();
      if (opcode === 0x2e) break;
      const step = STEPS.get(opcode);
      if (step === undefined) throw this.refuse(`opcode 0x${opcode.toString(16)} is not allowed`);
      step(this);
    }
    const value = this.pop();
    if (this.#stack.length > 0 || this.#marks.length > 0) throw this.refuse('it ends before it is complete');
    return value;
  }

  push(value: unknown): void {
    if (++this.#values > MOST_VALUES) throw this.refuse('it holds too many values');
    this.#stack.push(value);
  }

  pop(): unknown {
    if (this.#stack.length === 0) throw this.refuse('it takes a value that is not there');
    return this.#stack.pop();
  }

  /** The value on top, which stays. */
  top(): unknown {
    if (this.#stack.length === 0) throw this.refuse('it takes a value that is not there');
    return this.#stack.at(-1);
  }

  popMany(count: number): unknown[] {
    if (this.#stack.length < count) throw this.refuse('it takes values that are not there');
    return this.#stack.splice(this.#stack.length - count);
  }

  mark(): void {
    if (this.#marks.length === MOST_DEPTH) throw this.refuse(`it is nested deeper than ${MOST_DEPTH} levels`);
    this.#marks.push(this.#stack);
    this.#stack = [];
  }

  /** The values since the last mark, which goes with them. */
  popMark(): unknown[] {
    const items = this.#stack;
    const below = this.#marks.pop();
    if (below === undefined) throw this.refuse('a mark is missing');
    this.#stack = below;
    return items;
  }

  append(items: readonly unknown[]): void {
    const list = this.top();
    if (!Array.isArray(list)) throw this.refuse('it appends to what is no list');
    for (const item of items) list.push(item);
  }

  /** Adds keys and values, in turn, to the dictionary on top. */
  setItems(items: readonly unknown[]): void {
    const dict = this.top();
    if (!(dict instanceof PickleDict) || items.length % 2 !== 0)
      throw this.refuse('it sets items of what is no dictionary');
    for (let i = 0; i < items.length; i += 2) {
      const key = items[i];
      if (typeof key !== 'string' && typeof key !== 'number') throw this.refuse('a key is no text or number');
      dict.set(key, items[i + 1]);
    }
  }

  put(index: number): void {
    if (this.#memo.size === MOST_MEMOS) throw this.refuse('it remembers too many values');
    this.#memo.set(index, this.top());
  }

  /** Remembers the top under the next number (`MEMOIZE`). */
  memoize(): void {
    this.put(this.#memo.size);
  }

  get(index: number): void {
    if (!this.#memo.has(index)) throw this.refuse('it recalls a value that it never kept');
    this.push(this.#memo.get(index));
  }

  global(module: unknown, name: unknown): void {
    const full = `${String(module)} ${String(name)}`;
    const found = this.#rules.globals.get(full);
    if (found === undefined) throw this.refuse(`it names ${JSON.stringify(full.slice(0, 80))}, which is not allowed`);
    this.push(found);
  }

  reduce(): void {
    const args = this.pop();
    const callee = this.pop();
    if (typeof callee !== 'function' || !(args instanceof PickleTuple)) throw this.refuse('it calls what is no name');
    if (![...this.#rules.globals.values()].some((listed) => listed === callee)) throw this.refuse('it calls a value');
    this.push(callee(args.items));
  }

  build(): void {
    const state = this.pop();
    const object = this.top();
    if (!isBuildable(object)) throw this.refuse('it gives a state to what has none');
    object.build(state);
  }

  persist(): void {
    if (this.#rules.persistent === undefined) throw this.refuse('it refers to something outside of it');
    this.push(this.#rules.persistent(this.pop()));
  }

  uint(size: 1 | 2 | 4): number {
    const at = this.#take(size);
    if (size === 1) return this.#view.getUint8(at);
    return size === 2 ? this.#view.getUint16(at, true) : this.#view.getUint32(at, true);
  }

  int32(): number {
    return this.#view.getInt32(this.#take(4), true);
  }

  checkProtocol(protocol: number): void {
    if (protocol < 2 || protocol > 5) throw this.refuse(`protocol ${protocol} is not understood`);
  }

  float64(): number {
    return this.#view.getFloat64(this.#take(8), false);
  }

  skip(count: number): void {
    this.#take(count);
  }

  bytes(count: number): Uint8Array {
    const at = this.#take(count);
    return this.#bytes.subarray(at, at + count);
  }

  text(count: number): string {
    const bytes = this.bytes(count);
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    } catch {
      throw this.refuse('a text is not UTF-8');
    }
  }

  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#at);
    if (end < 0 || end - this.#at > 200) throw this.refuse('a name is cut off or too long');
    const line = this.text(end - this.#at);
    this.skip(1);
    return line;
  }

  /** A little-endian integer of any length, when a number can hold it. */
  long(count: number): number {
    const bytes = this.bytes(count);
    if (count > 8) throw this.refuse('a number is too large');
    let value = 0n;
    for (let i = count - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
    return safeNumber(BigInt.asIntN(count * 8, value), this.#rules.refuse);
  }

  #byte(): number {
    return this.#bytes[this.#take(1)]!;
  }

  #take(count: number): number {
    const at = this.#at;
    if (count > this.#bytes.length - at) throw this.refuse('it is cut off');
    this.#at += count;
    return at;
  }
}

/** A 64-bit integer as a number; refused when it would be rounded. */
export function safeNumber(value: bigint, refuse: Refusal): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw refuse('a number is too large');
  return number;
}

const isBuildable = (value: unknown): value is Buildable =>
  typeof value === 'object' && value !== null && 'build' in value && typeof value.build === 'function';

/** Every opcode that is understood. */
const STEPS: ReadonlyMap<number, (machine: Unpickler) => void> = new Map<number, (machine: Unpickler) => void>([
  [0x80, (m) => m.checkProtocol(m.uint(1))],
  [0x95, (m) => m.skip(8)], // FRAME: its length only helps those who read from a pipe
  [0x5d, (m) => m.push([])], // EMPTY_LIST
  [0x7d, (m) => m.push(new PickleDict())], // EMPTY_DICT
  [0x73, (m) => m.setItems(m.popMany(2))], // SETITEM
  [0x75, (m) => m.setItems(m.popMark())], // SETITEMS
  [0x29, (m) => m.push(new PickleTuple([]))], // EMPTY_TUPLE
  [0x28, (m) => m.mark()], // MARK
  [0x74, (m) => m.push(new PickleTuple(m.popMark()))], // TUPLE
  [0x85, (m) => m.push(new PickleTuple(m.popMany(1)))], // TUPLE1
  [0x86, (m) => m.push(new PickleTuple(m.popMany(2)))], // TUPLE2
  [0x87, (m) => m.push(new PickleTuple(m.popMany(3)))], // TUPLE3
  [0x61, (m) => m.append([m.pop()])], // APPEND
  [0x65, (m) => m.append(m.popMark())], // APPENDS
  [0x4a, (m) => m.push(m.int32())], // BININT
  [0x4b, (m) => m.push(m.uint(1))], // BININT1
  [0x4d, (m) => m.push(m.uint(2))], // BININT2
  [0x8a, (m) => m.push(m.long(m.uint(1)))], // LONG1
  [0x47, (m) => m.push(m.float64())], // BINFLOAT
  [0x4e, (m) => m.push(null)], // NONE
  [0x88, (m) => m.push(true)], // NEWTRUE
  [0x89, (m) => m.push(false)], // NEWFALSE
  [0x8c, (m) => m.push(m.text(m.uint(1)))], // SHORT_BINUNICODE
  [0x58, (m) => m.push(m.text(m.uint(4)))], // BINUNICODE
  [0x55, (m) => m.push(m.text(m.uint(1)))], // SHORT_BINSTRING: a text of Python 2
  [0x43, (m) => m.push(m.bytes(m.uint(1)))], // SHORT_BINBYTES
  [0x42, (m) => m.push(m.bytes(m.uint(4)))], // BINBYTES
  [0x94, (m) => m.memoize()], // MEMOIZE
  [0x71, (m) => m.put(m.uint(1))], // BINPUT
  [0x72, (m) => m.put(m.uint(4))], // LONG_BINPUT
  [0x68, (m) => m.get(m.uint(1))], // BINGET
  [0x6a, (m) => m.get(m.uint(4))], // LONG_BINGET
  [0x63, (m) => m.global(m.line(), m.line())], // GLOBAL
  [0x93, (m) => m.global(...(m.popMany(2) as [unknown, unknown]))], // STACK_GLOBAL
  [0x52, (m) => m.reduce()], // REDUCE
  [0x62, (m) => m.build()], // BUILD
  [0x51, (m) => m.persist()], // BINPERSID
]);
