import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { writeTorchStream, writeTorchZip } from '@orator/core/models/formats/torch-writer';
import { GraphBuilder } from '@orator/core/models/graph/builder';
import { weightsOf } from '@orator/core/models/graph/graph';
import { convolve } from '@orator/core/models/graph/layers';
import type { ModelManifest } from '@orator/core/models/manifest';
import { syntheticWeight } from '@orator/core/models/networks/synthetic-weights';
import { bytesOfFloats } from '@orator/core/models/tensor';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ALLOW_NONE, parseAllowList } from '../net/address-guard.ts';
import { type Answer, openTestServer } from '../net/test-server.ts';
import { onnxForTests, openTestRuntime } from '../runtime/onnx/test-onnx.ts';
import { type PullEvent, type PullOrder, pullModel } from './model-pull.ts';
import { ModelStore } from './model-store.ts';
import { readyNetwork } from './ready-network.ts';

/** One layer with so many channels; 64 make a file of 148 kB. */
function network(channels: number) {
  const graph = new GraphBuilder('layer');
  const input = graph.input('x', 'f32', [1, channels, 8, 8]);
  graph.output('y', convolve(graph, input, 'layer', { from: channels, to: channels, kernel: 3 }), 'f32', [
    1,
    channels,
    6,
    6,
  ]);
  return graph.build();
}
const weights = (channels: number) =>
  weightsOf(network(channels)).map((spec) => ({
    ...spec,
    dtype: 'f32' as const,
    bytes: bytesOfFloats(syntheticWeight(spec, 1)),
  }));

const BYTES = Buffer.concat([...writeTorchStream({ state_dict: weights(64), global_step: 3 })]);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const GUARD = { allow: parseAllowList(['127.0.0.1']) };
const CUT = 100_000;

let folder: string;
let round = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orator-store-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(() => void round++);

const manifest = (special: Partial<ModelManifest> = {}): ModelManifest => ({
  title: 'One layer',
  usedBy: 'a test',
  file: 'layer.pth',
  sources: [],
  licence: { name: 'free', words: 'Do as you like.', restricted: false },
  networks: { layer: () => network(64) },
  ...special,
});
const PINNED = { bytes: BYTES.length, sha256: sha256(BYTES) };
const openStore = (special: Partial<ModelManifest> = {}) =>
  new ModelStore(join(folder, `${round}`), { layer: manifest(special) });

async function pull(store: ModelStore, order: Partial<PullOrder> = {}, signal = new AbortController().signal) {
  const events: PullEvent[] = [];
  for await (const event of pullModel({ id: 'layer', ...order }, store, GUARD, signal)) events.push(event);
  return events;
}
const filesOf = (store: ModelStore) => readdir(store.folderOf('layer')).then((names) => names.sort());

/** Sends a file as servers do: ranges, a tag. The first answer stops after `pause` bytes and goes no further; `breakOff` ends it. */
function sending(bytes: Uint8Array, { tag = '"v1"', pause = bytes.length } = {}) {
  const ranges: (string | undefined)[] = [];
  let paused: ServerResponse | undefined;
  const answer: Answer = (response, { headers }) => {
    const first = ranges.push(headers.range) === 1;
    const wanted = headers['if-range'] === undefined || headers['if-range'] === tag ? headers.range : undefined;
    const from = Number(/^bytes=(\d+)-$/.exec(wanted ?? '')?.[1] ?? 0);
    const part = bytes.subarray(from);
    response.writeHead(from > 0 ? 206 : 200, {
      'content-length': part.length,
      etag: tag,
      ...(from > 0 && { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` }),
    });
    if (!first || pause === bytes.length) return void response.end(part);
    paused = response;
    response.write(part.subarray(0, pause));
  };
  return { answer, ranges, breakOff: () => paused!.destroy() };
}

/** Pulls until so much has come that the server pauses, and lets it break off there. */
async function pullUntilCut(store: ModelStore, file: ReturnType<typeof sending>): Promise<void> {
  for await (const event of pullModel({ id: 'layer' }, store, GUARD, new AbortController().signal)) {
    if (event.type === 'progress' && event.bytes === CUT) file.breakOff();
  }
}

describe('a pull', () => {
  test('fetches, checks, and notes where the file came from', async () => {
    await using server = await openTestServer({ '/a.pth': sending(BYTES).answer });
    const store = openStore({ ...PINNED, sources: [`${server.origin}/a.pth`] });
    const events = await pull(store);
    expect(events.map(({ type }) => type).filter((type) => type !== 'progress')).toEqual([
      'fetching',
      'checking',
      'done',
    ]);
    expect(await readFile(store.fileOf('layer'))).toEqual(BYTES);
    const { record, path } = await store.verify('layer');
    expect(record).toMatchObject({ ...PINNED, source: `${server.origin}/a.pth`, pinned: true });
    expect(path).toBe(store.fileOf('layer'));
    expect(await filesOf(store)).toEqual(['layer.pth', 'record.json']);
    expect(await pull(store)).toMatchObject([{ type: 'done', already: true }]);
    expect(server.asked).toEqual(['/a.pth']);
  });

  test('records the hash of what nobody published one for, and says so', async () => {
    await using server = await openTestServer({ '/a.pth': sending(BYTES).answer });
    const store = openStore({ sources: [`${server.origin}/a.pth`] });
    await pull(store);
    expect((await store.require('layer')).record).toMatchObject({ sha256: PINNED.sha256, pinned: false });
  });

  test.each([
    ['a file that is pinned', PINNED, 'W/"weak"'],
    ['a file by its tag', {}, '"v1"'],
  ] as const)('that was cut goes on with %s', async (_, special, tag) => {
    const file = sending(BYTES, { tag, pause: CUT });
    await using server = await openTestServer({ '/a.pth': file.answer });
    const store = openStore({ ...special, sources: [`${server.origin}/a.pth`] });
    await expect(pullUntilCut(store, file)).rejects.toMatchObject({ code: 'source/unreachable' });
    await expect(store.require('layer')).rejects.toMatchObject({ code: 'model/missing' });
    expect((await pull(store))[0]).toMatchObject({ type: 'fetching', from: CUT });
    expect(file.ranges).toEqual([undefined, `bytes=${CUT}-`]);
    expect(await readFile(store.fileOf('layer'))).toEqual(BYTES);
    expect((await store.verify('layer')).record.sha256).toBe(PINNED.sha256);
  });

  test('that was cut begins anew when the file has become another meanwhile', async () => {
    const old = sending(Buffer.alloc(BYTES.length, 7), { tag: '"old"', pause: CUT });
    const now = sending(BYTES, { tag: '"new"' });
    let asked = 0;
    await using server = await openTestServer({
      '/a.pth': (...call) => (asked++ === 0 ? old : now).answer(...call),
    });
    const store = openStore({ sources: [`${server.origin}/a.pth`] });
    await expect(pullUntilCut(store, old)).rejects.toMatchObject({ code: 'source/unreachable' });
    expect((await pull(store))[0]).toMatchObject({ from: 0 });
    expect(await readFile(store.fileOf('layer'))).toEqual(BYTES);
  });

  test('that is stopped leaves what a later one goes on with', async () => {
    await using server = await openTestServer({ '/a.pth': sending(BYTES).answer });
    const store = openStore({ ...PINNED, sources: [`${server.origin}/a.pth`] });
    const stop = new AbortController();
    const pulling = pullModel({ id: 'layer' }, store, GUARD, stop.signal);
    const broken = (async () => {
      for await (const event of pulling) if (event.type === 'progress') stop.abort();
    })();
    await expect(broken).rejects.toMatchObject({ code: 'cancelled' });
    const [first] = await pull(store);
    expect((first as { from: number }).from).toBeGreaterThan(0);
    expect(await readFile(store.fileOf('layer'))).toEqual(BYTES);
  });

  test('tries the next place when one has another file, or none', async () => {
    const other = Buffer.from(BYTES);
    other[other.length - 9]! ^= 1;
    await using server = await openTestServer({ '/b': sending(other).answer, '/c': sending(BYTES).answer });
    const store = openStore({ ...PINNED, sources: ['/a', '/b', '/c'].map((path) => server.origin + path) });
    const events = await pull(store);
    expect(events.flatMap((event) => (event.type === 'failed' ? [event.reason] : []))).toEqual([
      expect.stringContaining('HTTP 404'),
      expect.stringContaining('its sha256 is'),
    ]);
    expect((await store.require('layer')).record.source).toBe(`${server.origin}/c`);
  });

  test('of two at once is refused while the other runs', async () => {
    await using server = await openTestServer({ '/a.pth': sending(BYTES).answer });
    const store = openStore({ ...PINNED, sources: [`${server.origin}/a.pth`] });
    const first = pullModel({ id: 'layer' }, store, GUARD, new AbortController().signal);
    await first.next();
    await expect(pull(store)).rejects.toMatchObject({ code: 'model/busy' });
    await expect(store.remove('layer')).rejects.toMatchObject({ code: 'model/busy' });
    for await (const _ of first);
    expect((await store.verify('layer')).record.sha256).toBe(PINNED.sha256);
  });

  test('takes a file, or one of its name in a folder, from this machine', async () => {
    const given = join(folder, 'layer.pth');
    await writeFile(given, writeTorchZip(weights(64), crc32));
    for (const from of [given, folder]) {
      const store = openStore();
      await pull(store, { from });
      expect((await store.verify('layer')).record).toMatchObject({ source: 'file' });
      await store.remove('layer');
    }
    await expect(pull(openStore(), { from: join(folder, 'none') })).rejects.toMatchObject({ code: 'request/invalid' });
  });

  test('without a place to fetch from says what to do', async () => {
    await expect(pull(openStore())).rejects.toMatchObject({
      code: 'model/missing',
      message: expect.stringContaining('orator models pull layer --from layer.pth'),
    });
  });

  test('never asks an address that is not public, unless it is allowed', async () => {
    const store = openStore({ sources: ['http://127.0.0.1:9/a.pth'] });
    const pulling = pullModel({ id: 'layer' }, store, { allow: ALLOW_NONE }, new AbortController().signal);
    await expect(pulling.next()).rejects.toMatchObject({ code: 'source/blocked' });
  });
});

describe('weights that are not what they should be', () => {
  const cases: readonly [string, Uint8Array, Partial<ModelManifest>, RegExp][] = [
    [
      'of another network',
      Buffer.concat([...writeTorchStream(weights(32))]),
      {},
      /"layer.weight" is 32 × 32 × 3 × 3 and should be 64/,
    ],
    ['without a tensor', Buffer.concat([...writeTorchStream(weights(64).slice(0, 1))]), {}, /"layer.bias" is missing/],
    ['cut off', BYTES.subarray(0, CUT), {}, /cut off/],
    ['of another size', BYTES.subarray(0, CUT), PINNED, /has 100000 bytes, and it should be/],
    ['that are a page of a web site', Buffer.from('<!doctype html>'), {}, /neither/],
  ];
  test.each(cases)('%s are refused and not kept', async (_, bytes, special, reason) => {
    await using server = await openTestServer({ '/a.pth': sending(bytes).answer });
    const store = openStore({ ...special, sources: [`${server.origin}/a.pth`] });
    await expect(pull(store)).rejects.toThrow(reason);
    expect(await filesOf(store)).toEqual([]);
  });

  test('are found out by verify when a byte has changed, and by a look when it is gone', async () => {
    const given = join(folder, 'sound.pth');
    await writeFile(given, BYTES);
    const store = openStore();
    await pull(store, { from: given });
    const changed = Buffer.from(BYTES);
    changed[CUT]! ^= 1;
    await writeFile(store.fileOf('layer'), changed);
    await expect(store.verify('layer')).rejects.toMatchObject({ code: 'model/invalid' });
    await writeFile(store.fileOf('layer'), BYTES.subarray(1));
    await expect(store.require('layer')).rejects.toThrow(/is damaged .*Run: orator models pull layer/);
    await pull(store, { from: given });
    expect((await store.verify('layer')).record.bytes).toBe(BYTES.length);
  });
});

describe('a restricted licence', () => {
  const licence = { name: 'research', words: 'For research only.', restricted: true };

  test('has to be accepted once, and stays accepted', async () => {
    const given = join(folder, 'restricted.pth');
    await writeFile(given, BYTES);
    const store = openStore({ licence });
    await expect(pull(store, { from: given })).rejects.toMatchObject({
      code: 'model/licence',
      message: expect.stringMatching(/For research only\..*--accept-licence/),
    });
    await pull(store, { from: given, acceptLicence: true });
    expect(await store.remove('layer')).toBe(true);
    expect(await store.remove('layer')).toBe(false);
    await pull(store, { from: given });
    expect((await store.require('layer')).record.bytes).toBe(BYTES.length);
  });
});

describe('weights that are here', () => {
  const x = { dtype: 'f32', shape: [1, 64, 8, 8], values: new Float32Array(64 * 64).fill(0.5) } as const;
  /** What the layer answers in its first cell: half of all weights of the first channel, and its bias. */
  const [weight, bias] = weights(64).map(({ bytes }) => new Float32Array(bytes.buffer));
  const expected = weight!.subarray(0, 64 * 9).reduce((sum, value) => sum + value / 2, bias![0]!);

  test('become a network that is written once and runs', { timeout: 300_000 }, async () => {
    onnxForTests();
    const store = openStore();
    await expect(readyNetwork(store, 'layer', 'layer', 1)).rejects.toMatchObject({ code: 'model/missing' });
    const given = join(folder, 'ready.pth');
    await writeFile(given, BYTES);
    await pull(store, { from: given });
    const first = await readyNetwork(store, 'layer', 'layer', 1);
    const written = await stat(first.path);
    expect(first.bytes).toBe(4 * (64 * 64 * 9 + 64));
    await using runtime = openTestRuntime();
    await using session = await runtime.open(first);
    expect((await session.run({ x })).y!.values[0]).toBeCloseTo(expected, 4);
    expect(await readyNetwork(store, 'layer', 'layer', 1)).toEqual(first);
    expect((await stat(first.path)).mtimeMs).toBe(written.mtimeMs);
  });

  test('that were changed after they came become no network', async () => {
    const store = openStore();
    const given = join(folder, 'changed.pth');
    await writeFile(given, BYTES);
    await pull(store, { from: given });
    const changed = Buffer.from(BYTES);
    changed[CUT]! ^= 1;
    await writeFile(store.fileOf('layer'), changed);
    await expect(readyNetwork(store, 'layer', 'layer', 1)).rejects.toMatchObject({ code: 'model/invalid' });
    expect(await filesOf(store)).toEqual(['layer.pth', 'record.json']);
  });

  test('of another version take the place of the network that was', async () => {
    const store = openStore();
    for (const start of [1, 2]) {
      const given = join(folder, `version-${start}.pth`);
      const [first, second] = weights(64);
      const other = { ...second!, bytes: bytesOfFloats(new Float32Array(64).fill(start)) };
      await writeFile(given, Buffer.concat([...writeTorchStream([first!, other])]));
      if (start === 2) await rm(store.recordOf('layer'));
      await pull(store, { from: given });
      await readyNetwork(store, 'layer', 'layer', 1);
    }
    expect(await readdir(store.networksOf('layer'))).toHaveLength(1);
    await store.remove('layer');
    expect(await filesOf(store)).toEqual([]);
  });
});

test('names that nobody knows are told the ones that there are', async () => {
  await expect(pull(openStore(), { id: '../../etc' })).rejects.toMatchObject({
    code: 'model/unknown',
    message: expect.stringContaining('There are layer.'),
  });
});
