import { describe, expect, test } from 'vitest';
import { readEvents } from './event-stream.ts';

/** Reads the events of a body that comes in the given pieces. */
async function eventsOf(...pieces: string[]): Promise<string[]> {
  const bytes = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece));
      controller.close();
    },
  });
  return textsOf(bytes);
}

async function textsOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string[]> {
  const texts: string[] = [];
  for await (const { name, data } of readEvents(stream)) texts.push(`${name}=${data}`);
  return texts;
}

describe('server-sent events', () => {
  test.each([
    ['one', ['event: job\ndata: {"a":1}\n\n'], ['job={"a":1}']],
    ['one without a name', ['data: x\n\n'], ['message=x']],
    ['a name that lasts for one event only', ['event: job\ndata: 1\n\ndata: 2\n\n'], ['job=1', 'message=2']],
    ['several lines', ['data: a\ndata:b\ndata\n\n'], ['message=a\nb\n']],
    ['spaces and colons', ['data:  a: b\n\n'], ['message= a: b']],
    ['comments and fields of no interest', [': still here\n\nid: 7\nretry: 10\ndata: x\n\n'], ['message=x']],
    ['the end in the middle of one', ['data: x\n\ndata: y\n'], ['message=x']],
    ['CRLF, cut between its halves', ['data: x\r', '\n\r', '\ndata: y\r\n\r\n'], ['message=x', 'message=y']],
    ['CR alone', ['data: x\r\rdata: y\r\r'], ['message=x', 'message=y']],
    ['a byte order mark', ['\ufeffdata: x\n\n'], ['message=x']],
    ['nothing', [], []],
  ])('%s', async (_, pieces, events) => {
    expect(await eventsOf(...pieces)).toEqual(events);
    expect(await eventsOf(...[...pieces.join('')])).toEqual(events);
  });

  test('a letter that is cut in two', async () => {
    const bytes = new TextEncoder().encode('data: ä\n\n');
    const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start(controller) {
        controller.enqueue(bytes.slice(0, 7));
        controller.enqueue(bytes.slice(7));
        controller.close();
      },
    });
    expect(await textsOf(stream)).toEqual(['message=ä']);
  });

  test('of which one is read cancel the rest', async () => {
    const cancelled = Promise.withResolvers<void>();
    const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start: (controller) => controller.enqueue(new TextEncoder().encode('data: 1\n\ndata: 2\n\n')),
      cancel: () => cancelled.resolve(),
    });
    for await (const { data } of readEvents(stream)) {
      expect(data).toBe('1');
      break;
    }
    await cancelled.promise;
  });
});
