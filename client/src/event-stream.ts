import { bytesOf } from './byte-stream.ts';

type Body = Parameters<typeof bytesOf>[0];

/** One server-sent event. */
export interface ServerEvent {
  /** `message` where the server names none. */
  readonly name: string;
  readonly data: string;
}

/**
 * Reads server-sent events as the HTML standard has them: lines end in LF, CR or CRLF, comments are skipped, several data lines are one
 * text, and what the stream ends in the middle of is dropped. `heard` is called for all that comes, comments included.
 */
export async function* readEvents(body: Body, heard: () => void = () => {}): AsyncGenerator<ServerEvent, void> {
  let name = '';
  let data: string[] = [];
  for await (const line of lines(texts(body, heard))) {
    if (line === '') {
      if (data.length > 0) yield { name: name || 'message', data: data.join('\n') };
      name = '';
      data = [];
      continue;
    }
    const [, field, value] = /^([^:]*)(?:: ?(.*))?$/s.exec(line)!;
    if (field === 'event') name = value ?? '';
    else if (field === 'data') data.push(value ?? '');
  }
}

/** A CR at the very end of what has come may be the first half of a CRLF. */
const LINE_END = /\r\n|\n|\r(?!$)/;

/** The lines of a text that comes in pieces; what follows the last line end is none. */
async function* lines(pieces: AsyncIterable<string>): AsyncGenerator<string, void> {
  let rest = '';
  for await (const text of pieces) {
    rest += text;
    for (let end = LINE_END.exec(rest); end; end = LINE_END.exec(rest)) {
      yield rest.slice(0, end.index);
      rest = rest.slice(end.index + end[0].length);
    }
  }
  if (rest.endsWith('\r')) yield rest.slice(0, -1);
}

/** Decodes a body piece by piece. */
async function* texts(body: Body, heard: () => void): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  for await (const bytes of bytesOf(body)) {
    heard();
    yield decoder.decode(bytes, { stream: true });
  }
}
