/** The file of a form: what it is called, what it says it is, and what it holds. */
export interface FormFile {
  readonly name: string;
  readonly type: string;
  readonly content: ReadableStream<Uint8Array>;
}

/** A form that is sent while it is read. */
export interface FormStream {
  /** The media type, with the boundary. */
  readonly type: string;
  readonly body: ReadableStream<Uint8Array>;
}

/** Writes a form with one file (RFC 7578). `sent` is called with the bytes of the file that were taken so far. */
export function formStream({ name, type, content }: FormFile, sent: (bytes: number) => void): FormStream {
  const boundary = `orator-${crypto.randomUUID()}`;
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${quoted(name)}"\r\ncontent-type: ${type}\r\n\r\n`;
  const reader = content.getReader();
  let bytes = 0;
  const body = new ReadableStream<Uint8Array>(
    {
      start: (controller) => controller.enqueue(new TextEncoder().encode(head)),
      async pull(controller) {
        const { done, value } = await reader.read();
        if (done) {
          controller.enqueue(new TextEncoder().encode(`\r\n--${boundary}--\r\n`));
          controller.close();
          return;
        }
        controller.enqueue(value);
        bytes += value.length;
        sent(bytes);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 1 },
  );
  return { type: `multipart/form-data; boundary=${boundary}`, body };
}

/** A name as forms quote it. */
const quoted = (name: string) =>
  name.replace(/["\r\n]/g, (sign) => `%${sign.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}`);
