import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { RTCPeerConnection, useH264, useOPUS } from 'werift';

const RESOURCE = '/whip/1';

/** A WHIP endpoint for tests: it counts what it receives. */
export class TestWhipServer implements AsyncDisposable {
  url = '';
  readonly packets = { video: 0, audio: 0 };
  /** Whether the parameter sets of H.264 have come. */
  sawKey = false;
  deleted = 0;
  readonly #server: Server;
  readonly #token: string;
  readonly #peers: RTCPeerConnection[] = [];

  private constructor(token: string) {
    this.#token = token;
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  /** Listens at a free port for who has a token. */
  static async listen(token: string): Promise<TestWhipServer> {
    const server = new TestWhipServer(token);
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    const address = server.#server.address();
    server.url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/whip`;
    return server;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#peers.map((peer) => peer.close()));
    this.#server.close();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url, headers } = request;
    if (headers.authorization !== `Bearer ${this.#token}`) {
      response.writeHead(401).end();
      return;
    }
    if (method === 'DELETE' && url === RESOURCE) {
      this.deleted++;
      response.writeHead(200).end();
      return;
    }
    const offer = await text(request);
    const peer = new RTCPeerConnection({
      iceServers: [],
      iceAdditionalHostAddresses: ['127.0.0.1'],
      codecs: { audio: [useOPUS()], video: [useH264()] },
    });
    this.#peers.push(peer);
    peer.onTrack.subscribe((track) => {
      track.onReceiveRtp.subscribe(({ payload }) => {
        this.packets[track.kind === 'video' ? 'video' : 'audio']++;
        // A payload that begins with them holds several units (RFC 6184, 5.7.1).
        if (track.kind === 'video' && (payload[0]! & 0x1f) === 24 && (payload[3]! & 0x1f) === 7) this.sawKey = true;
      });
    });
    await peer.setRemoteDescription({ type: 'offer', sdp: offer });
    await peer.setLocalDescription(await peer.createAnswer());
    response.writeHead(201, { 'content-type': 'application/sdp', location: RESOURCE });
    response.end(peer.localDescription!.sdp);
  }
}
