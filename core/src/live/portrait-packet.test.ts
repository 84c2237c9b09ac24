import { expect, test } from 'vitest';
import { syntheticPortrait } from '../engines/portrait/synthetic-portrait.ts';
import { packPortrait, unpackPortrait } from './portrait-packet.ts';

const packet = {
  prepared: syntheticPortrait(),
  placement: { x: 3, y: -2, scale: 0.5, width: 120, height: 130 },
  still: { type: 'image/jpeg', bytes: Uint8Array.of(255, 216, 255) },
};

test('a portrait is read as it was packed', () => {
  const { prepared, placement, still } = unpackPortrait(packPortrait(packet));
  expect(placement).toEqual(packet.placement);
  expect(still).toEqual(packet.still);
  expect(prepared).toEqual(packet.prepared);
});

test('what is no packet, is cut short or lies about its lengths is refused', () => {
  const bytes = packPortrait(packet);
  const long = bytes.slice();
  new DataView(long.buffer).setUint32(8, 1 << 30, true);
  const nameless = packPortrait({ ...packet, placement: { ...packet.placement, scale: Number.NaN } });
  for (const wrong of [new Uint8Array(3), bytes.subarray(0, 20), new Uint8Array(100), long, nameless]) {
    expect(() => unpackPortrait(wrong)).toThrow(expect.objectContaining({ code: 'request/invalid' }));
  }
});
