import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import fastify from 'fastify';
import { expect, test } from 'vitest';
import { endQuietBodies } from './quiet-bodies.ts';

test('a body that does not come on ends its connection, whether it was wanted or not; one that is whole may be worked on', async () => {
  const app = fastify({ forceCloseConnections: true });
  endQuietBodies(app, 200);
  const quiet = Promise.withResolvers<void>();
  app.post('/work', async () => {
    await quiet.promise; // longer than others may be quiet
    return 'done';
  });
  await app.listen({ port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const send = (path: string, bytes: number) => {
    const socket = connect(port, '127.0.0.1');
    const body = JSON.stringify('body');
    const head = ['content-type: application/json', `content-length: ${bytes}`, 'host: x', 'connection: keep-alive'];
    socket.write(`POST ${path} HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\n${body}`);
    return socket;
  };
  const whole = send('/work', 6);
  for (const path of ['/work', '/nowhere']) {
    const socket = send(path, 1000);
    socket.resume();
    await once(socket, 'close');
  }
  quiet.resolve();
  whole.end();
  expect(await text(whole)).toContain('done');
  await app.close();
}, 30_000);
