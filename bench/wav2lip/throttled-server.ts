// Serves one file at so many bytes a second and tells its parent the port: throttled-server.ts FILE BYTES
import { once } from 'node:events';
import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

const PIECE_BYTES = 256 << 10;
const [path, rate] = process.argv.slice(2);

const server = createServer(async (_request, response) => {
  response.writeHead(200, { 'content-length': statSync(path!).size });
  const started = performance.now();
  let sent = 0;
  for await (const piece of createReadStream(path!, { highWaterMark: PIECE_BYTES })) {
    sent += (piece as Buffer).length;
    const early = (sent / Number(rate)) * 1000 - (performance.now() - started);
    if (early > 1) await pause(early);
    if (!response.write(piece)) await once(response, 'drain');
  }
  response.end();
});
server.listen(0, '127.0.0.1', () => process.send!((server.address() as AddressInfo).port));
