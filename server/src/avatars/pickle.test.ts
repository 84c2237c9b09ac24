import { readPickle } from '@orator/core/models/formats/pickle';
import { describe, expect, test } from 'vitest';
import { invalidPickle, readCoords } from './coords-pickle.ts';
import { type CoordsRow, writeCoords } from './pickle-writer.ts';

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const ascii = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'));

const VECTORS: readonly [string, readonly CoordsRow[], 'tuple' | 'list', string][] = [
  ['no rows', [], 'tuple', '80025d28652e'],
  [
    'two equal tuples',
    [
      [116, 362, 180, 371],
      [116, 362, 180, 371],
    ],
    'tuple',
    '80025d28 284b744d6a014bb44d730174 284b744d6a014bb44d730174 652e',
  ],
  ['a list with a negative', [[-3, 10, 600, 500]], 'list', '80025d28 5d284afdffffff4b0a4d58024df40165 652e'],
  [
    'every width of integer',
    [
      [10, 300, 5, 255],
      [256, -3, 70000, 65535],
    ],
    'tuple',
    '80025d28 284b0a4d2c014b054bff74 284d00014afdffffff4a701101004dffff74 652e',
  ],
];

describe('a coords pickle', () => {
  test.each(VECTORS)('with %s has the bytes that Python reads', (_, rows, kind, bytes) => {
    expect(Buffer.from(writeCoords(rows, kind)).toString('hex')).toBe(bytes.replaceAll(' ', ''));
  });
  test.each(VECTORS)('with %s reads as it was written', (_, rows, kind) => {
    expect(readCoords(writeCoords(rows, kind))).toEqual(rows);
  });
  test('takes whole numbers of 32 bits only', () => {
    expect(() => writeCoords([[0.5, 0, 0, 0]])).toThrow(RangeError);
    expect(() => writeCoords([[0, 2 ** 31, 0, 0]])).toThrow(RangeError);
  });
  // pickle.dumps([(int64(116), int64(-3), int32(9), 7), [uint8(1), 2, int16(-300), 70000]], protocol=4) with numpy 2.4.6.
  const NUMPY = [
    '80049521010000000000005d9428288c166e756d70792e5f636f72652e6d756c74696172726179948c067363616c61729493',
    '948c056e756d7079948c0564747970659493948c02693894898887945294284b038c013c944e4e4e4affffffff4affffffff',
    '4b00749462430874000000000000009486945294680368094308fdffffffffffffff9486945294680368068c026934948988',
    '87945294284b03680a4e4e4e4affffffff4affffffff4b0074946243040900000094869452944b0774945d9428680368068c',
    '02753194898887945294284b038c017c944e4e4e4affffffff4affffffff4b0074946243010194869452944b02680368068c',
    '02693294898887945294284b03680a4e4e4e4affffffff4affffffff4b007494624302d4fe94869452944a7011010065652e',
  ].join('');
  const ROWS = [
    [116, -3, 9, 7],
    [1, 2, -300, 70000],
  ];
  test('with numpy integers, as LiveTalking writes it, gives their values', () => {
    expect(readCoords(hex(NUMPY))).toEqual(ROWS);
  });
  test('of numpy 1, whose numbers lived elsewhere, gives the same', () => {
    const older = Buffer.from(NUMPY, 'hex').toString('latin1').replace('\x16numpy._core.', '\x15numpy.core.');
    expect(readCoords(ascii(older))).toEqual(ROWS);
  });
});

const GLOBALS = { globals: new Map(), refuse: invalidPickle };

describe('a hostile pickle', () => {
  const cases: readonly [string, Uint8Array, RegExp][] = [
    ['runs a command', ascii('\x80\x02cos\nsystem\nX\x04\0\0\0true\x85R.'), /"os system", which is not allowed/],
    ['names it on the stack', ascii('\x80\x04\x8c\x02os\x8c\x06system\x93.'), /not allowed/],
    ['names a method of every object', ascii('\x80\x02c__proto__\nconstructor\n.'), /not allowed/],
    ['is empty', new Uint8Array(0), /does not begin like one/],
    ['is a text of protocol 0', ascii('(lp0\n.'), /does not begin like one/],
    ['has no end', hex('80025d28'), /cut off/],
    ['claims a long text', hex('800258ffffff7f2e'), /cut off/],
    ['takes from nothing', hex('8002652e'), /mark is missing/],
    ['recalls what it never kept', hex('800268072e'), /never kept/],
    ['holds a dictionary', hex('80027d2e'), /no list/],
    ['imports a class of an old kind', ascii('\x80\x02(ios\nsystem\n.'), /opcode 0x69/],
    ['is deep', Uint8Array.from([0x80, 2, ...Array<number>(1000).fill(0x28)]), /nested deeper/],
    ['calls a number', hex('80024b0129522e'), /calls what is no name/],
    ['refers to the outside', hex('80024b01512e'), /outside/],
    ['leaves values behind', hex('80024b014b022e'), /before it is complete/],
    ['holds a huge number', hex('80028a09ffffffffffffffffff2e'), /too large/],
    ['holds no list', hex('80024b012e'), /no list/],
    ['has short rows', hex('80025d284b014b0286652e'), /four whole numbers/],
    ['has fractions in its rows', hex('80025d28 28473fe00000000000004b014b024b0374 652e'), /four whole/],
    ['is a list of itself', hex('80025d71006800612e'), /four whole numbers/],
  ];
  test.each(cases)('that %s is refused', (_, bytes, reason) => {
    const read = () => readCoords(bytes);
    expect(read).toThrow(reason);
    expect(read).toThrow(expect.objectContaining({ code: 'avatar/invalid' }));
  });
  test('larger than any real one is refused unread', () => {
    expect(() => readPickle(new Uint8Array((16 << 20) + 1), GLOBALS)).toThrow(/bytes; 16777216 are allowed/);
  });
});
