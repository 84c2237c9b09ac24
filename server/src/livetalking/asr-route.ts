import type { App } from '../api/app.ts';
import { requireScope } from '../api/keys.ts';
import { refused } from './replies.ts';

/** `/api/asr`: speech recognition over a WebSocket; says why there is none. */
export function asrRoute(app: App): void {
  app.get('/api/asr', { websocket: true }, (socket, { caller }) => {
    requireScope(caller, 'create');
    socket.send(JSON.stringify(refused('No speech recognition is here yet. Send texts to /human.')));
    socket.close(1000);
  });
}
