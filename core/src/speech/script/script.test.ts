import { expect, test } from 'vitest';
import { passagesOf } from './passages.ts';
import { checkReadable } from './readable.ts';
import { readScript } from './ssml.ts';

const sent = (script: string) => readScript(script).ssml.text;
const check = (words: string, id: string) => () => checkReadable(words, { id, language: id });

test('plain text is no markup, whatever it holds', () => {
  expect(sent('a < b & c > d')).toBe('a &lt; b &amp; c &gt; d');
  expect(sent('<b>bold</b>')).toBe('&lt;b&gt;bold&lt;/b&gt;');
  expect(sent('[[h@loU]]')).not.toContain('[[');
});

test('controls, lone surrogates, pictures and invisible characters are cleaned away, letters kept', () => {
  expect(sent('a\u0000b\ud800c').replaceAll(' ', '')).toBe('abc');
  expect(sent('hi 😀👍🏽🇩🇪 you').replace(/\s+/g, ' ')).toBe('hi you');
  expect(sent('co\u00adop\ufeff')).toBe('coop');
  expect(sent('नमस्ते می‌خواهم ñ 𠀀 5€')).toBe('नमस्ते می‌خواهم ñ 𠀀 5€');
});

test('each character that is sent knows where in the script it came from', () => {
  const script = 'x\u00ad<😀𠀀y';
  const { ssml } = readScript(script);
  const characters = [...ssml.text];
  expect(ssml.length).toBe(characters.length);
  expect(ssml.offsetOf(characters.indexOf('y'), script.length)).toBe(script.indexOf('y'));
  expect(ssml.offsetOf(characters.indexOf('&'), script.length)).toBe(2);
  expect(ssml.offsetOf(characters.length, script.length)).toBe(script.length);
});

test('SSML is passed on as understood, its words apart', () => {
  const { words, ssml } = readScript(
    '<?xml version="1.0"?><speak version="1.0" xml:lang="en-US"><!-- no --><p>Tom &amp; <prosody rate="50%" pitch="+10%">Jerry</prosody></p>' +
      '<break time="300ms"/><sub alias="Doctor">Dr</sub><mark name="m"/></speak>',
  );
  expect(ssml.text).toBe(
    '<speak><p>Tom &amp; <prosody rate="50%" pitch="+10%">Jerry</prosody></p><break time="300ms"/><sub alias="Doctor">Dr</sub></speak>',
  );
  expect(words.replace(/\s+/g, ' ').trim()).toBe('Tom & Jerry DoctorDr');
});

test.each([
  ['<speak>open', 'does not close <speak>'],
  ['<speak><p>a</speak></p>', 'which is not the open one'],
  ['<speak><audio src="file:///etc/passwd"/></speak>', 'uses <audio>'],
  ['<speak>a & b</speak>', 'write &amp;'],
  ['<speak>a < b</speak>', 'not well formed'],
  ['<speak>a</speak> b', 'outside <speak>'],
  ['<speak><break time="9999s"/></speak>', 'a value that it cannot have'],
  ['<speak><prosody colour="red">a</prosody></speak>', 'the attribute colour'],
])('broken SSML says what is wrong with it: %s', (script, reason) => {
  expect(() => readScript(script)).toThrow(expect.objectContaining({ code: 'request/invalid' }));
  expect(() => readScript(script)).toThrow(reason);
});

test('a voice refuses writing that it would spell, and names one that reads it', () => {
  expect(check('你好', 'en-us')).toThrow(/Han script.*--voice cmn/);
  expect(check('My name is 王', 'en-us')).toThrow(expect.objectContaining({ code: 'text/unspeakable' }));
  expect(check('Привет', 'de')).toThrow(/--voice ru/);
  expect(check('السلام', 'fr')).toThrow(/--voice ar/);
  expect(check('漢字', 'ja')).toThrow(/kana/);
  expect(check('hello there', 'ja')).toThrow(/Latin/);
  expect(check('𒀀𒀁', 'en-us')).toThrow(/cannot read 2 letters/);
});

test('a voice accepts what it can read: its own writing, foreign words with a voice of their own, single letters', () => {
  const fine: [string, string][] = [
    ['Größe café', 'en-us'],
    ['你好 hello', 'cmn'],
    ['नमस्ते in English', 'en-us'],
    ['The angle α is 30°', 'en-us'],
    ['Привет hello', 'ru'],
    ['آپ', 'ur'],
    ['42', 'en-us'],
    ['これは AI です', 'ja'],
  ];
  for (const [words, id] of fine) expect(check(words, id), words).not.toThrow();
});

test.each(['', '   \n', '...!?', '😀', '—'])('nothing to say in "%s"', (words) => {
  expect(check(words, 'en-us')).toThrow(expect.objectContaining({ code: 'text/unspeakable' }));
});

const cut = (text: string, most: number) => [...passagesOf(text, most)].map((passage) => passage.text);

test('a text is cut behind paragraphs, else sentences, else clauses, else words', () => {
  expect(cut('One two. Three.\n\nFour five six. Seven.', 28)).toEqual(['One two. Three.\n\n', 'Four five six. Seven.']);
  expect(cut('One two three. Four five, six seven.', 28)).toEqual(['One two three. ', 'Four five, six seven.']);
  expect(cut('One two three four, five six seven', 28)).toEqual(['One two three four, ', 'five six seven']);
  expect(cut('one two three four five six seven', 28)).toEqual(['one two three four five six ', 'seven']);
  expect(cut('Hello.', 28)).toEqual(['Hello.']);
  expect(cut('', 28)).toEqual([]);
});

test('a passage is a sentence, or a few short ones', () => {
  const sentence = 'Perhaps my mother brought a big basket home. '; // 45 characters
  expect(cut(sentence.repeat(3), 500)).toEqual([sentence, sentence, sentence]);
  expect(cut('It rained. It snowed. Then nothing came any more. Well.', 500)).toEqual([
    'It rained. It snowed. Then nothing came any more. ',
    'Well.',
  ]);
});

test('an abbreviation ends no sentence where a passage could end', () => {
  const text = 'She asked whether the letter had come from Dr. Brown or from Mrs. Green. Nobody could tell. ';
  expect(cut(text, 500)).toEqual([text.slice(0, 73), text.slice(73)]);
});

test.each(['He said "Stop!" and left, 3.5 km away. ', '你好世界。今天天气很好，', 'no end at all ', 'x', '😀'])(
  'passages are no longer than asked, and joined they are the text: %s',
  (part) => {
    const text = part.repeat(400);
    const passages = [...passagesOf(text, 101)];
    expect(passages.map((passage) => passage.text).join('')).toBe(text);
    for (const passage of passages) {
      expect(passage.text.length).toBeLessThanOrEqual(101);
      expect(passage.text.isWellFormed()).toBe(true);
      expect(text.startsWith(passage.text, passage.at)).toBe(true);
    }
  },
);
