import { once } from 'node:events';

/** What a program is started with so that `openHeap` can reach it: Node's own debugger on any free port of this machine. */
export const HEAP_OPTIONS = '--inspect=127.0.0.1:0';

/** The heap of another Node process, seen through its debugger. */
export interface Heap extends Disposable {
  /** Collects all garbage, and gives the megabytes that are still in use. */
  collect(): Promise<number>;
}

/** Reaches the heap of a process that was started with `HEAP_OPTIONS`; `said` is what it wrote to its standard error. */
export async function openHeap(said: string): Promise<Heap> {
  const address = /Debugger listening on (ws:\S+)/.exec(said)?.[1];
  if (!address) throw new Error('The process did not say where its debugger listens.');
  const socket = new WebSocket(address);
  await once(socket, 'open');
  let last = 0;
  const ask = async (method: string): Promise<unknown> => {
    const id = ++last;
    socket.send(JSON.stringify({ id, method }));
    for (;;) {
      const [{ data }] = (await once(socket, 'message')) as [{ readonly data: string }];
      const answer = JSON.parse(data) as { readonly id?: number; readonly result?: unknown };
      if (answer.id === id) return answer.result;
    }
  };
  return {
    async collect() {
      await ask('HeapProfiler.collectGarbage');
      return ((await ask('Runtime.getHeapUsage')) as { readonly usedSize: number }).usedSize / 1e6;
    },
    [Symbol.dispose]: () => socket.close(),
  };
}
