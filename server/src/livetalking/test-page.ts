import type { Answer, TestService } from '../service/test-service.ts';
import { sayGoodbye } from '../webrtc/goodbye.ts';
import { TestPeer } from '../webrtc/test-peer.ts';

/** What LiveTalking's page does, for tests: it offers, and then speaks through the session that it was given. */
export class TestPage implements AsyncDisposable {
  readonly peer: TestPeer;
  readonly sessionid: string;
  /** What `/sse` has told so far. */
  readonly news: { readonly status: string; readonly text: string }[] = [];
  /** Whether that has ended. */
  isTold = false;
  readonly #leaving = new AbortController();
  readonly #service: TestService;
  readonly #headers: Readonly<Record<string, string>>;

  private constructor(
    service: TestService,
    peer: TestPeer,
    sessionid: string,
    headers: Readonly<Record<string, string>>,
  ) {
    this.#headers = headers;
    this.#service = service;
    this.peer = peer;
    this.sessionid = sessionid;
  }

  /** Connects as the page does: pictures, sound, and no channel. */
  static async open(
    service: TestService,
    more: Readonly<Record<string, unknown>> = {},
    headers: Readonly<Record<string, string>> = {},
  ): Promise<TestPage> {
    let sessionid = '';
    const answer = async (sdp: string) => {
      const { body } = await service.ask('/offer', { body: { sdp, type: 'offer', ...more }, headers });
      if (body.type !== 'answer') throw new Error(JSON.stringify(body));
      sessionid = body.sessionid!;
      return String(body.sdp);
    };
    const peer = await TestPeer.through(service, answer, { channel: false });
    const page = new TestPage(service, peer, sessionid, headers);
    const { body } = await fetch(`${service.url}/sse?sessionid=${sessionid}`, {
      headers,
      signal: page.#leaving.signal,
    });
    void page.#follow(body!).catch(() => {}); // it leaves
    return page;
  }

  /** Waits for something to be said, or to have been. */
  async untilTold(status: 'start' | 'end', count = 1): Promise<void> {
    await this.peer.until(() => this.news.filter((news) => news.status === status).length >= count);
  }

  /** Asks for something to be done with the session. */
  async post(path: string, body: Readonly<Record<string, unknown>> = {}): Promise<Answer> {
    const { status, body: answer } = await this.#service.ask(path, {
      body: { sessionid: this.sessionid, ...body },
      headers: this.#headers,
    });
    if (status !== 200) throw new Error(`${status}: ${JSON.stringify(answer)}`);
    return answer;
  }

  async isSpeaking(): Promise<boolean> {
    return Boolean((await this.post('/is_speaking')).data);
  }

  /** The page is closed, as a browser does it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#leaving.abort();
    await sayGoodbye(this.peer.connection);
    await this.peer[Symbol.asyncDispose]();
  }

  async #follow(body: ReadableStream<Uint8Array>): Promise<void> {
    let text = '';
    for await (const part of body.pipeThrough(new TextDecoderStream())) {
      const lines = (text + part).split('\n');
      text = lines.pop()!;
      for (const line of lines) if (line.startsWith('data: ')) this.news.push(JSON.parse(line.slice('data: '.length)));
    }
    this.isTold = true;
  }
}
