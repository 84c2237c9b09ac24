import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How a test server answers one path. */
export type Answer = (response: ServerResponse, request: IncomingMessage) => void;

/** A small HTTP server for tests, on this machine only. */
export interface TestServer extends AsyncDisposable {
  /** Where it listens, such as `http://127.0.0.1:4711`. */
  readonly origin: string;
  readonly port: number;
  /** The paths that were asked for, in order. */
  readonly asked: string[];
  /** Resolves when no connection is open any more. */
  idle(): Promise<void>;
}

/** Opens a server that answers each path in its own way, and others with 404. */
export async function openTestServer(answers: Readonly<Record<string, Answer>>): Promise<TestServer> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, 'http://127.0.0.1');
    asked.push(pathname);
    const answer = answers[pathname];
    if (answer) answer(response, request);
    else response.writeHead(404).end();
  });
  let open = 0;
  server.on('connection', (socket) => {
    open++;
    socket.on('close', () => {
      open--;
      server.emit('left');
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    asked,
    async idle() {
      while (open > 0) await once(server, 'left');
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** A port that nobody has at the moment, for a program that has to have the same one twice. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
