// AssemblyScript: compiled by `npm run kernels`, not by TypeScript.
import { fillRow, SEE_THROUGH, STILL, UNCOVERED } from './samples';
import { columnEnd, columnStart, placeTriangle, reach, rowEnd, rowStart } from './triangles';

const ABSENT: u8 = 0;
const SHEER: u8 = 2;
/** Mark a triangle that did not move, and one with see-through texels: pointers to 16-bit indices are even and below 2³¹. */
const UNMOVED: usize = 1;
const SEEN_THROUGH: usize = 0x80000000;
/** Bytes of a note: a triangle, and its first and last band. */
const NOTE: usize = 8;

/** What `drawMesh` reads and writes, in the order of `render/cpu/mesh-painter.ts`: pointers in bytes, sizes in pixels. */
@unmanaged
class Task {
  surface: usize;
  width: i32;
  height: i32;
  texture: usize;
  textureWidth: i32;
  textureHeight: i32;
  behind: usize;
  still: usize;
  at: usize;
  texel: usize;
  moved: usize;
  /** Room for two words a pixel of one band of rows, and four pixels more. */
  positions: usize;
  bandRows: i32;
  /** Room for a word a band, and two more. */
  starts: usize;
  /** Room for a word a triangle and band. */
  places: usize;
  /** Room for a note a triangle. */
  notes: usize;
  /** Where uncovered pixels show what is behind, and triangles that did not move the photo; empty: both stay as they are. */
  fillLeft: i32;
  fillTop: i32;
  fillRight: i32;
  fillBottom: i32;
  /** Written: the box that triangles covered. */
  left: i32;
  top: i32;
  right: i32;
  bottom: i32;
  /** How many lists of triangles follow: for each their indices, their kinds and their number. */
  lists: i32;
}

/**
 * Draws lists of triangles in order. Band of rows by band, each covered pixel is first told its texel, then the rows are sampled: so pictures
 * are read and written along their rows, however small and scattered the triangles are.
 */
export function drawMesh(task: Task): void {
  task.left = task.top = i32.MAX_VALUE;
  task.right = task.bottom = 0;
  const bands = (task.height + task.bandRows - 1) / task.bandRows;
  memory.fill(task.starts, 0, (<usize>(bands + 2)) << 2);
  const notesEnd = noteAll(task);
  // starts[b + 2] is how many triangles reach band b; summed up, starts[b + 1] is where band b's begin, and placing them moves it to where
  // they end.
  for (let b = 2; b < bands + 2; b++) {
    const start = task.starts + ((<usize>b) << 2);
    store<i32>(start, load<i32>(start) + load<i32>(start - 4));
  }
  for (let note = task.notes; note < notesEnd; note += NOTE) {
    const last = <i32>load<u16>(note, 6);
    for (let band = <i32>load<u16>(note, 4); band <= last; band++) {
      const slot = task.starts + ((<usize>(band + 1)) << 2);
      const place = load<i32>(slot);
      store<usize>(task.places + ((<usize>place) << 2), load<usize>(note));
      store<i32>(slot, place + 1);
    }
  }
  for (let b = 0; b < bands; b++) drawBand(task, b);
}

/** Notes the triangles that have to be drawn, counts those of each band, and says where the notes end. */
function noteAll(task: Task): usize {
  const keepsStill = task.fillRight > task.fillLeft;
  let note = task.notes;
  let list = changetype<usize>(task) + offsetof<Task>();
  for (let l = 0; l < task.lists; l++, list += 12) {
    const kinds = load<usize>(list, 4);
    const count = load<i32>(list, 8);
    let indices = load<usize>(list);
    for (let k = 0; k < count; k++, indices += 6) {
      const kind = load<u8>(kinds + k);
      if (kind === ABSENT) continue;
      const a = <i32>load<u16>(indices);
      const b = <i32>load<u16>(indices, 2);
      const c = <i32>load<u16>(indices, 4);
      const moves = load<u8>(task.moved + a) | load<u8>(task.moved + b) | load<u8>(task.moved + c);
      if (!moves && !keepsStill) continue;
      if (!reach(task.at, a, b, c, task.width, task.height)) continue;
      const first = rowStart / task.bandRows;
      const last = (rowEnd - 1) / task.bandRows;
      const place = kind === SHEER ? indices | SEEN_THROUGH : indices;
      store<usize>(note, moves ? place : place | UNMOVED);
      store<u16>(note, first, 4);
      store<u16>(note, last, 6);
      note += NOTE;
      for (let band = first; band <= last; band++) {
        const slot = task.starts + ((<usize>(band + 2)) << 2);
        store<i32>(slot, load<i32>(slot) + 1);
      }
      task.left = min(task.left, columnStart);
      task.top = min(task.top, rowStart);
      task.right = max(task.right, columnEnd);
      task.bottom = max(task.bottom, rowEnd);
    }
  }
  return note;
}

function drawBand(task: Task, band: i32): void {
  const width = task.width;
  const top = band * task.bandRows;
  const bottom = min(task.height, top + task.bandRows);
  const from = load<i32>(task.starts + ((<usize>band) << 2));
  const to = load<i32>(task.starts + ((<usize>(band + 1)) << 2));
  const firstRow = max(top, min(task.top, task.fillRight > task.fillLeft ? task.fillTop : task.top));
  const rowsEnd = min(bottom, max(task.bottom, task.fillBottom));
  if (firstRow >= rowsEnd) return;
  memory.fill(task.positions, <u8>UNCOVERED, (<usize>((bottom - top) * width)) << 3);
  const maxU = <f64>(task.textureWidth - 1) * 65536 - 1;
  const maxV = <f64>(task.textureHeight - 1) * 65536 - 1;
  for (let k = from; k < to; k++) {
    const place = load<usize>(task.places + ((<usize>k) << 2));
    const still = (place & UNMOVED) !== 0;
    const indices = place & ~(UNMOVED | SEEN_THROUGH);
    placeTriangle(
      task.at,
      task.texel,
      load<u16>(indices),
      load<u16>(indices, 2),
      load<u16>(indices, 4),
      width,
      top,
      bottom,
      task.positions,
      still ? STILL : maxU,
      still ? STILL : maxV,
      (place & SEEN_THROUGH) !== 0 ? SEE_THROUGH : 0,
    );
  }
  for (let y = firstRow; y < rowsEnd; y++) {
    const fills = y >= task.fillTop && y < task.fillBottom;
    const left = fills ? task.fillLeft : task.right;
    const right = fills ? task.fillRight : task.right;
    fillSpan(task, y, y - top, task.left, min(left, task.right), false);
    fillSpan(task, y, y - top, left, right, true);
    fillSpan(task, y, y - top, max(right, task.left), task.right, false);
  }
}

function fillSpan(task: Task, y: i32, row: i32, left: i32, right: i32, fill: bool): void {
  if (left >= right) return;
  const to = task.surface + ((<usize>(y * task.width + left)) << 2);
  const positions = task.positions + ((<usize>(row * task.width + left)) << 3);
  fillRow(
    to,
    right - left,
    positions,
    task.texture,
    task.textureWidth,
    task.behind - task.surface,
    task.still - task.surface,
    fill,
  );
}
