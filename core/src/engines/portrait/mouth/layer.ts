import type { KernelMemory } from '../../../base/kernels/kernel-memory.ts';
import { clamp } from '../../../base/maths.ts';
import { CHANNEL_INDEX, type Shape } from '../../../motion/pose.ts';
import { Lens } from '../../../render/cpu/lens.ts';
import type { Bounds, Surface } from '../../../render/cpu/surface.ts';
import type { Texture } from '../../../render/cpu/texture.ts';
import type { Deformation } from '../deform.ts';
import type { Expression } from '../expression.ts';
import type { HeadPose } from '../pose.ts';
import type { Placement, PreparedPortrait } from '../prepared.ts';
import { drawContactLine } from './contact.ts';
import { MouthInterior, type MouthState } from './interior.ts';
import { clearParting } from './lip-edges.ts';
import { readSideLight } from './side-light.ts';

const UNTRUSTED_LIP = 0.016; // IOD beside parted lips where the photo's teeth may still show
const LIP_STIR = 0.004; // IOD of lip movement at which the contact line is fully there
const ROOM = 0.03; // IOD around the lips' edges that the contact line reaches
const SHARPNESS = 1.5; // texels of teeth per pixel of the photo or the clip, whichever is coarser
const JAW_DROP = 0.46; // IOD that the lower teeth go down at full jawOpen
const JAW_SIDE = 0.13;

/** What the mesh cannot show of a mouth: the line where lips touch, and the inside through their opening. */
export class MouthLayer {
  private readonly prepared: PreparedPortrait;
  private readonly lens: Lens;
  private readonly interior: MouthInterior;
  private readonly state: MouthState = { jawDown: 0, jawSide: 0, tongueUp: 0, tongueOut: 0, rounding: 0, gap: 0 };

  /** Reads the light around the mouth from `photo`, and then takes the photo's own teeth out of it, in place. */
  constructor(prepared: PreparedPortrait, pose: HeadPose, photo: Texture, placement: Placement, memory: KernelMemory) {
    this.prepared = prepared;
    const { upper, lower, open } = prepared.mouth;
    const { width, height } = placement;
    this.lens = new Lens(upper.length, Math.hypot(width, height), width, memory);
    const margin = UNTRUSTED_LIP * pose.scale + 0.5;
    this.lens.shape(pose.home, upper, lower, 2 * margin, width, height);
    const sideLight = readSideLight(photo, this.lens, pose.scale);
    if (open) clearParting(photo, this.lens, margin);
    const sharpness = SHARPNESS * prepared.iod * Math.min(1, placement.scale);
    this.interior = new MouthInterior(prepared, pose, sharpness, sideLight);
  }

  /** Draws over the lips as the mesh has them; lips that did not stir stay as photographed. */
  draw(surface: Surface, pose: HeadPose, expression: Expression, deformation: Deformation, painted: Bounds): void {
    const stir = this.lipStir(deformation.offsets);
    if (stir === 0) return;
    const { prepared, lens } = this;
    const { upper, lower, open } = prepared.mouth;
    lens.shape(pose.at, upper, lower, ROOM * pose.scale + 2, surface.width, surface.height);
    drawContactLine(surface, lens, prepared.colours, open, clamp(stir / LIP_STIR), pose.scale);
    this.readState(expression, deformation.lips.middle);
    this.interior.draw(surface, lens, pose, this.state);
    painted.cover(lens.firstColumn, lens.firstRow, lens.columnEnd, lens.rowEnd);
  }

  private readState({ weights, tongueUp }: Expression, gap: number): void {
    const { state } = this;
    const weight = (shape: Shape) => weights[CHANNEL_INDEX[shape]]!;
    state.jawDown = JAW_DROP * weight('jawOpen');
    state.jawSide = JAW_SIDE * (weight('jawLeft') - weight('jawRight'));
    state.tongueUp = tongueUp;
    state.tongueOut = clamp(weight('tongueOut'));
    state.rounding = clamp(0.8 * weight('mouthPucker') + 0.6 * weight('mouthFunnel'));
    state.gap = gap;
  }

  /** The largest displacement of an inner lip edge, IOD. */
  private lipStir(offsets: Float32Array): number {
    const { upper, lower } = this.prepared.mouth;
    let most = 0;
    for (const list of [upper, lower]) {
      for (const k of list) most = Math.max(most, Math.abs(offsets[3 * k]!) + Math.abs(offsets[3 * k + 1]!));
    }
    return most;
  }
}
