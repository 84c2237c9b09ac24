import { expect, test } from 'vitest';
import { chooseVoice, infoOf } from './voice-choice.ts';

const list = {
  voices: [
    { identifier: 'gmw/de', name: 'German', languages: ['de'] },
    { identifier: 'gmw/en', name: 'English (Great Britain)', languages: ['en-gb', 'en'] },
    { identifier: 'gmw/en-US', name: 'English (America)', languages: ['en-us', 'en'] },
    { identifier: 'sit/cmn', name: 'Chinese (Mandarin)', languages: ['cmn', 'zh-cmn', 'zh'] },
  ],
  variants: ['f3', 'whisper', 'Mr serious'],
};

test.each([
  ['en-us', 'gmw/en-US'],
  ['EN_us', 'gmw/en-US'],
  ['en-gb', 'gmw/en'],
  ['en', 'gmw/en'],
  ['zh', 'sit/cmn'],
  ['de-AT', 'gmw/de'],
  ['German', 'gmw/de'],
  ['de+F3', 'gmw/de+f3'],
  ['de+mr serious', 'gmw/de+Mr serious'],
])('"%s" is found', (asked, identifier) => expect(chooseVoice(asked, list).identifier).toBe(identifier));

test.each([
  ['germn', /Near it: de \(German\)/],
  ['de+f9', /Near it: de\+f3/],
  ['', /Near it/],
  ['tlh', /Near it/],
])('"%s" is unknown and the message says what comes near', (asked, near) => {
  expect(() => chooseVoice(asked, list)).toThrow(expect.objectContaining({ code: 'voice/unknown' }));
  expect(() => chooseVoice(asked, list)).toThrow(near);
});

test('each voice is listed as a man and as a woman', () => {
  expect(infoOf(list).slice(0, 2)).toEqual([
    { id: 'de', name: 'German', language: 'de', gender: 'male' },
    { id: 'de+f3', name: 'German, woman', language: 'de', gender: 'female' },
  ]);
});
