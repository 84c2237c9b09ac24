import { type Box, viewOf } from './box.ts';

/** Our names for the tags that players show, and the types iTunes gave them. Other names become free-form tags. */
const TAGS: Readonly<Record<string, string>> = {
  title: '\u00a9nam',
  artist: '\u00a9ART',
  comment: '\u00a9cmt',
  date: '\u00a9day',
  encoder: '\u00a9too',
  description: 'desc',
  copyright: 'cprt',
};
const FREE_FORM = '----';
const VENDOR = 'orator';
/** Data type 1: UTF-8 text. */
const UTF8 = 1;

/** The user-data box that carries tags the way iTunes, QuickTime and ffmpeg read them. */
export function metadataBox(metadata: Readonly<Record<string, string>>): Box {
  const items = Object.entries(metadata).map(([name, value]): Box => {
    const type = TAGS[name];
    if (type !== undefined) return { type, children: [dataBox(value)] };
    return { type: FREE_FORM, children: [labelBox('mean', VENDOR), labelBox('name', name), dataBox(value)] };
  });
  const handler = new Uint8Array(25);
  handler.set(utf8('mdirappl'), 8);
  const list: Box = { type: 'ilst', children: items };
  const children: Box[] = [{ type: 'hdlr', body: handler }, list];
  // `meta` is a full box: four bytes of version and flags come before its boxes.
  return { type: 'udta', children: [{ type: 'meta', body: new Uint8Array(4), children }] };
}

function dataBox(value: string): Box {
  const text = utf8(value);
  const body = new Uint8Array(8 + text.length);
  viewOf(body).setUint32(0, UTF8);
  body.set(text, 8);
  return { type: 'data', body };
}

function labelBox(type: string, value: string): Box {
  const text = utf8(value);
  const body = new Uint8Array(4 + text.length);
  body.set(text, 4);
  return { type, body };
}

const utf8 = (text: string) => new TextEncoder().encode(text);
