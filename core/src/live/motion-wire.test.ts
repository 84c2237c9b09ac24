import { describe, expect, test } from 'vitest';
import { fps } from '../base/units.ts';
import { chatter, speak } from '../motion/made-up-speech.ts';
import { move } from '../motion/move.ts';
import type { Pose } from '../motion/pose.ts';
import { MotionPacker, MotionUnpacker } from './motion-wire.ts';

async function posesOf(rate: number): Promise<Pose[]> {
  const poses: Pose[] = [];
  for await (const { pose } of move(speak(chatter(150)), { fps: fps(rate), headMotion: 2 })) poses.push(pose);
  return poses;
}

describe('motion on the wire', () => {
  test('comes out as it went in, bit by bit, in at most 4 kB a second at 30 frames', async () => {
    const poses = await posesOf(30);
    const [packer, unpacker] = [new MotionPacker(), new MotionUnpacker()];
    let bytes = 0;
    const wrong = poses.findIndex((pose) => {
      const packet = packer.pack(pose);
      bytes += packet.length;
      const read = unpacker.unpack(packet)!;
      return read.some((value, channel) => value !== pose[channel]);
    });
    expect(wrong).toBe(-1);
    const perSecond = bytes / (poses.length / 30);
    expect(perSecond).toBeLessThan(4000);
    expect(perSecond).toBeGreaterThan(300);
  });

  test('whoever comes late reads on from the next key packet', async () => {
    const poses = (await posesOf(25)).slice(0, 60);
    const [packer, late] = [new MotionPacker(), new MotionUnpacker()];
    const packets = poses.map((pose, k) => packer.pack(pose, k % 20 === 0));
    expect(packets.slice(5, 20).map((packet) => late.unpack(packet))).toEqual(Array(15).fill(null));
    expect(packets.slice(20).map((packet) => late.unpack(packet))).toEqual(poses.slice(20));
  });

  test('rubbish is refused', () => {
    const [pose] = [new Float32Array(64).fill(0.5)];
    const packet = new MotionPacker().pack(pose);
    const wrong = [new Uint8Array(0), new Uint8Array(8), packet.slice(0, -1), new Uint8Array([...packet, 0])];
    wrong.push(new Uint8Array([1, 255, ...new Array(7).fill(0), ...new Array(40).fill(255)]));
    for (const bytes of wrong) {
      expect(() => new MotionUnpacker().unpack(bytes)).toThrow('no packet of motion');
    }
  });
});
