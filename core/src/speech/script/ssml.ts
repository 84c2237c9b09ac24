import { OratorError } from '../../base/errors.ts';
import { addPlain } from './clean.ts';
import { endsSentence, type Passage, passagesOf } from './passages.ts';
import { SourceText } from './source-text.ts';

/** The elements of SSML that are spoken, with the attributes that are passed on and what each may hold. */
const ELEMENTS: Readonly<Record<string, Readonly<Record<string, RegExp>>>> = {
  speak: {},
  p: {},
  s: {},
  prosody: {
    rate: /^(x-slow|slow|medium|fast|x-fast|default|[+-]?\d{1,3}(\.\d+)?%?)$/,
    pitch: /^(x-low|low|medium|high|x-high|default|[+-]?\d{1,3}(\.\d+)?(%|st|Hz)?)$/,
    range: /^(x-low|low|medium|high|x-high|default|[+-]?\d{1,3}(\.\d+)?(%|st|Hz)?)$/,
    volume: /^(silent|x-soft|soft|medium|loud|x-loud|default|[+-]?\d{1,3}(\.\d+)?(%|dB)?)$/,
  },
  // Up to a minute: longer pauses are more likely a slip than a wish.
  break: {
    time: /^(\d{1,4}ms|[1-5]?\d(\.\d+)?s|60s|[1-5]\d{4}ms)$/,
    strength: /^(none|x-weak|weak|medium|strong|x-strong)$/,
  },
  emphasis: { level: /^(strong|moderate|none|reduced)$/ },
  sub: { alias: /^[^<>]*$/ },
  'say-as': { 'interpret-as': /^[a-z:-]+$/i, format: /^[\w-]*$/, detail: /^[\w-]*$/ },
};
/** Attributes that say nothing about the sound. */
const SILENT_ATTRIBUTES = /^(version|xmlns(:.*)?|xsi:.*|xml:base|xml:id|id)$/;
/** Elements without sound: they are left out. */
const SILENT_ELEMENTS = new Set(['mark', 'metadata', 'meta']);
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
const TOKEN = /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[[\s\S]*?\]\]>|<[^<>]*>|&[^;\s<&]{1,10};|[^<&]+|[\s\S]/gu;
const TAG = /^<(\/?)([A-Za-z][\w:-]*)((?:\s+[\w:-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>$/;

/** What is said and what is sent: the words alone, and the markup made afresh from what was understood. */
export interface ReadScript {
  /** The words without markup, for checks. */
  readonly words: string;
  /** SSML for the synthesiser, with its way back to the script. */
  readonly ssml: SourceText;
  /** Where in the script it ends. */
  readonly end: number;
}

/** Reads a script: SSML when it begins with `<speak`, else plain text. @throws {OratorError} `request/invalid` for broken SSML. */
export function readScript(script: string): ReadScript {
  return isSsml(script) ? readSsml(script) : readPlain({ text: script, at: 0 });
}

/**
 * Reads a script in passages that can be said one by one, of at most `most` characters; SSML, whose elements may span all of it, as one.
 * @throws {OratorError} `request/invalid` for broken SSML.
 */
export function readPassages(script: string, most: number): ReadScript[] {
  if (isSsml(script)) return [readSsml(script)];
  return [...passagesOf(script, most)].map((passage) => {
    const read = readPlain(passage);
    // A synthesiser leaves out the pause at its end, but for what says that it is one.
    if (read.end < script.length && endsSentence(passage.text)) read.ssml.add('</s>', read.end);
    return read;
  });
}

const isSsml = (script: string) => /^\s*(<\?xml[^>]*\?>\s*)?<speak[\s>]/.test(script);

function readPlain({ text, at }: Passage): ReadScript {
  const ssml = new SourceText();
  addPlain(ssml, text, at);
  return { words: text, ssml, end: at + text.length };
}

function readSsml(script: string): ReadScript {
  const ssml = new SourceText();
  const open: string[] = [];
  let words = '';
  const say = (text: string, at: number) => {
    addPlain(ssml, text, at);
    words += text;
  };
  for (const { 0: token, index } of script.matchAll(TOKEN)) {
    if (/^<(!--|\?)/.test(token)) continue;
    if (token.startsWith('<![CDATA[')) say(token.slice(9, -3), index);
    else if (token.startsWith('<')) words += readTag(token, index, open, ssml);
    else if (token.startsWith('&')) say(entity(token, index), index);
    else if (open.length > 0) say(token, index);
    else if (token.trim() !== '') throw broken('has text outside <speak>', index);
  }
  if (open.length > 0) throw broken(`does not close <${open.at(-1)}>`, script.length);
  return { words, ssml, end: script.length };
}

/** Passes a tag on, when it is one that is spoken; returns the words that it adds. */
function readTag(token: string, at: number, open: string[], ssml: SourceText): string {
  const parts = TAG.exec(token);
  if (!parts) throw broken('has a tag that is not well formed', at);
  const [, slash, name, attributes, alone] = parts as unknown as [string, string, string, string, string];
  if (SILENT_ELEMENTS.has(name)) return '';
  const allowed = ELEMENTS[name];
  if (!allowed) {
    const known = Object.keys(ELEMENTS).join(', ');
    throw broken(`uses <${name.slice(0, 30)}>, which is not spoken here; use ${known}`, at);
  }
  if (slash) {
    if (open.pop() !== name) throw broken(`closes <${name}>, which is not the open one`, at);
    ssml.add(`</${name}>`, at);
    return '';
  }
  if (open.length === 0 && name !== 'speak') throw broken('has a tag outside <speak>', at);
  if (!alone) open.push(name);
  const kept = keepAttributes(name, attributes, allowed, at);
  const rebuilt = kept.map(([key, value]) => ` ${key}="${value.replace(/"/g, '&quot;')}"`).join('');
  ssml.add(`<${name}${rebuilt}${alone}>`, at);
  return kept.find(([key]) => key === 'alias')?.[1] ?? (name === 'p' || name === 's' || name === 'break' ? ' ' : '');
}

function keepAttributes(name: string, attributes: string, allowed: Readonly<Record<string, RegExp>>, at: number) {
  const pairs = [...attributes.matchAll(/([\w:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)];
  return pairs.flatMap(([, key = '', double, single]): [string, string][] => {
    if (SILENT_ATTRIBUTES.test(key) || (name === 'speak' && key === 'xml:lang')) return []; // the voice is chosen apart
    const value = (double ?? single ?? '').trim();
    const form = allowed[key];
    if (!form) throw broken(`gives <${name}> the attribute ${key.slice(0, 30)}, which it does not have`, at);
    if (!form.test(value)) throw broken(`gives ${key} of <${name}> a value that it cannot have`, at);
    return [[key, value]];
  });
}

function entity(token: string, at: number): string {
  const name = token.slice(1, -1);
  const number = /^#(?:x([0-9a-f]{1,6})|(\d{1,7}))$/i.exec(name);
  const point = number ? Number.parseInt(number[1] ?? number[2]!, number[1] ? 16 : 10) : 0;
  const character = number ? (point <= 0x10ffff ? String.fromCodePoint(point) : undefined) : ENTITIES[name];
  if (token.length === 1 || character === undefined) throw broken('has an & that is no entity (write &amp;)', at);
  return character;
}

const broken = (what: string, at: number) =>
  new OratorError('request/invalid', `The SSML ${what} (at character ${at + 1}). Mend it, or give plain text.`);
