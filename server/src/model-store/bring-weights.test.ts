import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeTorchStream } from '@orator/core/models/formats/torch-writer';
import { GraphBuilder } from '@orator/core/models/graph/builder';
import { weightsOf } from '@orator/core/models/graph/graph';
import { convolve } from '@orator/core/models/graph/layers';
import type { ModelManifest } from '@orator/core/models/manifest';
import { syntheticWeight } from '@orator/core/models/networks/synthetic-weights';
import { bytesOfFloats } from '@orator/core/models/tensor';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseAllowList } from '../net/address-guard.ts';
import { openTestServer } from '../net/test-server.ts';
import { bringWeights, type Setup } from './bring-weights.ts';
import { pullModel } from './model-pull.ts';
import { ModelStore } from './model-store.ts';

let folder: string;
let round = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orator-bring-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function network() {
  const graph = new GraphBuilder('layer');
  const input = graph.input('x', 'f32', [1, 4, 8, 8]);
  graph.output('y', convolve(graph, input, 'layer', { from: 4, to: 4, kernel: 3 }), 'f32', [1, 4, 6, 6]);
  return graph.build();
}
const BYTES = Buffer.concat([
  ...writeTorchStream({
    state_dict: weightsOf(network()).map((spec) => ({
      ...spec,
      dtype: 'f32' as const,
      bytes: bytesOfFloats(syntheticWeight(spec, 1)),
    })),
  }),
]);

/** Two models of which either will do, on a server that counts who asks. */
async function openPlace() {
  let asked = 0;
  const server = await openTestServer({
    '/first.pth': (response) => {
      asked++;
      response.end(BYTES);
    },
  });
  const manifest = (file: string): ModelManifest => ({
    title: 'One layer',
    usedBy: 'a test',
    file,
    bytes: BYTES.length,
    sha256: createHash('sha256').update(BYTES).digest('hex'),
    sources: [`${server.origin}/first.pth`],
    licence: { name: 'strict', words: 'For play only.', restricted: true },
    networks: { layer: network },
  });
  const manifests = { first: manifest('first.pth'), second: manifest('second.pth') };
  const store = new ModelStore(join(folder, `${round++}`), manifests);
  const said: string[] = [];
  const guard = { allow: parseAllowList(['127.0.0.1']) };
  const { signal } = new AbortController();
  return {
    store,
    said,
    asked: () => asked,
    bring: (setup: Setup) =>
      bringWeights('Layer', ['first', 'second'], store, { guard, setup, say: (words) => said.push(words), signal }),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

test('without leave to fetch it fails at once, with the files and the cure, and asks nobody', async () => {
  await using place = await openPlace();
  await expect(place.bring({ fetch: false, acceptLicence: true })).rejects.toMatchObject({
    code: 'model/missing',
    message: `Layer has no weights here: it needs first.pth or second.pth in "${place.store.folder}". Run: orator models pull first --accept-licence`,
  });
  expect(place.asked()).toBe(0);
});

test('a licence that nobody accepted is said in plain words, and nobody is asked', async () => {
  await using place = await openPlace();
  await expect(place.bring({ fetch: true, acceptLicence: false })).rejects.toMatchObject({
    code: 'model/licence',
    message: expect.stringMatching(/first\.pth or second\.pth .*\(strict\).*For play only\..*--accept-licence/s),
  });
  expect(place.asked()).toBe(0);
});

test('once accepted, now or before, they are fetched; when good ones are here nothing is', async () => {
  await using place = await openPlace();
  expect(await place.bring({ fetch: true, acceptLicence: true })).toMatchObject({ id: 'first' });
  expect([place.asked(), place.said[0], place.said.at(-1)]).toEqual([1, 'Fetching first.pth', 'Checking first.pth']);
  expect(await place.bring({ fetch: true, acceptLicence: true })).toMatchObject({ id: 'first' });
  expect(place.asked()).toBe(1);
  await place.store.remove('first');
  expect(await place.bring({ fetch: true, acceptLicence: false })).toMatchObject({ id: 'first' });
  expect(place.asked()).toBe(2);
});

test('a file that is no longer as long as it was counts as not here; any other one will do', async () => {
  await using place = await openPlace();
  await place.bring({ fetch: true, acceptLicence: true });
  await writeFile(place.store.fileOf('first'), BYTES.subarray(0, 100));
  await expect(place.bring({ fetch: false, acceptLicence: false })).rejects.toMatchObject({ code: 'model/missing' });
  const given = join(folder, 'second.pth');
  await writeFile(given, BYTES);
  const order = { id: 'second', from: given, acceptLicence: true };
  const guard = { allow: parseAllowList([]) };
  for await (const _ of pullModel(order, place.store, guard, new AbortController().signal));
  expect(await place.bring({ fetch: false, acceptLicence: false })).toMatchObject({ id: 'second' });
  expect(place.asked()).toBe(1);
});
