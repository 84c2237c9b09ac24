/** Loaded into a service before it starts: what it sends over UDP is late and gets lost, each time the signal comes on or off. */
import { Socket } from 'node:dgram';
import { BAD } from './bad-wire.ts';

let isBad = false;
process.on('SIGUSR2', () => (isBad = !isBad));

const { send } = Socket.prototype;
/** Later ones may overtake: a jitter of the network, not of one queue. */
Socket.prototype.send = function (this: Socket, ...given: unknown[]) {
  const pass = () => Reflect.apply(send, this, given);
  if (!isBad) return pass();
  if (Math.random() * 100 < BAD.lostPercent) return;
  setTimeout(
    () => {
      try {
        pass();
      } catch {
        // the socket was closed meanwhile
      }
    },
    BAD.delayMs + BAD.jitterMs * Math.random(),
  );
} as typeof send;
