import { describe, expect, test } from 'vitest';
import { linesOfTable, linesOfText, MOST_LINES } from './batch-lines.ts';
import { readCsv, writeCsv } from './csv.ts';

describe('a table', () => {
  test('is read with quotes, line ends of every system and a mark of its encoding', () => {
    expect(readCsv('\uFEFFtext,name\r\n"Hello, ""you""",a\n\n"two\nlines",b\r c ,"" ')).toEqual([
      ['text', 'name'],
      ['Hello, "you"', 'a'],
      ['two\nlines', 'b'],
      [' c ', ' '],
    ]);
    expect(readCsv('text;name\nA, b;c')).toEqual([
      ['text', 'name'],
      ['A, b', 'c'],
    ]);
    expect(readCsv('text\tname\nA;b\tc')).toEqual([
      ['text', 'name'],
      ['A;b', 'c'],
    ]);
    expect(readCsv('"a;b",c\nd,e')[0]).toEqual(['a;b', 'c']);
    expect(readCsv('5" screen,x')).toEqual([['5" screen', 'x']]);
    expect(readCsv('')).toEqual([]);
  });

  test('is read back as it was written', () => {
    const rows = [
      ['text', 'name'],
      ['a "b", c\nd', ''],
      ['سلام', ' x '],
    ];
    expect(readCsv(writeCsv(rows))).toEqual(rows);
  });

  test('with a quote that never ends is refused with its row', () => {
    expect(() => readCsv('text\n"never')).toThrow('row 2');
  });
});

describe('lines of a batch', () => {
  test('come from columns in any order, and get names that are file names', () => {
    expect(linesOfTable('Name,TEXT,voice\n../../etc,Hello there.,en-gb\n,"Wie geht’s, Anna?",\nسلام.mp4,x,')).toEqual([
      { text: 'Hello there.', voice: 'en-gb', name: 'etc' },
      { text: 'Wie geht’s, Anna?', voice: null, name: 'Wie-geht-s-Anna' },
      { text: 'x', voice: null, name: 'سلام' },
    ]);
    expect(linesOfTable('Hello.\nGood bye.').map(({ text }) => text)).toEqual(['Hello.', 'Good bye.']);
    expect(linesOfText(' One. \n\n!?\r\nTwo.')).toEqual([
      { text: 'One.', voice: null, name: 'One' },
      { text: '!?', voice: null, name: 'clip' },
      { text: 'Two.', voice: null, name: 'Two' },
    ]);
  });

  test.each([
    ['', 'empty'],
    ['text,voice', 'no rows'],
    ['script,voice\nHello.,en', 'script, voice'],
    ['text,name\nHello.,a\n,b', 'Row 3'],
    [`text\n${'x\n'.repeat(MOST_LINES + 1)}`, String(MOST_LINES + 1)],
  ])('%j is refused with the place', (table, reason) => {
    expect(() => linesOfTable(table)).toThrow(reason);
  });
});
