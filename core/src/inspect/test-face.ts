/** How a drawn stick face looks: lengths in eye distances, angles in degrees, place and size in pixels. For tests. */
export interface StickFace {
  readonly opening?: number;
  readonly width?: number;
  readonly lids?: number;
  readonly yaw?: number;
  readonly pitch?: number;
  readonly roll?: number;
  readonly x?: number;
  readonly y?: number;
  readonly size?: number;
}

/** What a stick face shows when nothing is asked. */
export const REST = { opening: 0.02, lids: 0.3 } as const;

const UPPER_LIP = [82, 13, 312] as const;
const LOWER_LIP = [87, 14, 317] as const;
/** Points that something reads, in eye distances from between the eyes: x right, y down, z away. The rest lie on an egg. */
const PLACES: Readonly<Record<number, readonly [number, number, number]>> = {
  33: [-0.5, 0, 0],
  263: [0.5, 0, 0],
  133: [-0.17, 0, -0.05],
  362: [0.17, 0, -0.05],
  10: [0, -0.85, 0],
  2: [0, 0.55, 0],
  61: [-0.28, 0.75, -0.1],
  291: [0.28, 0.75, -0.1],
  105: [-0.35, -0.22, -0.1],
  66: [-0.25, -0.24, -0.12],
  334: [0.35, -0.22, -0.1],
  296: [0.25, -0.24, -0.12],
  152: [0, 1.25, -0.05],
};

/** The 468 landmarks of a stick face, in pixels. */
export function faceAt(face: StickFace): Float32Array {
  const {
    opening = REST.opening,
    width = 0,
    lids = 1,
    yaw = 0,
    pitch = 0,
    roll = 0,
    x = 256,
    y = 230,
    size = 120,
  } = face;
  const points = new Float32Array(468 * 3);
  const turn = turnBy(yaw, pitch, roll);
  for (let i = 0; i < 468; i++) {
    const p = [...(PLACES[i] ?? egg(i))] as [number, number, number];
    if ((UPPER_LIP as readonly number[]).includes(i)) p.splice(0, 3, 0.05 * ((i % 3) - 1), 0.75, -0.15);
    if ((LOWER_LIP as readonly number[]).includes(i)) p.splice(0, 3, 0.05 * ((i % 3) - 1), 0.75 + opening, -0.15);
    if (i === 61) p[0] -= width / 2;
    if (i === 291) p[0] += width / 2;
    const lid = LIDS[i];
    if (lid) p.splice(0, 3, lid[0], (lid[1] * lids * REST.lids * 0.33) / 2, -0.05);
    for (let c = 0; c < 3; c++) {
      points[i * 3 + c] = size * (turn[c]![0]! * p[0] + turn[c]![1]! * p[1] + turn[c]![2]! * p[2]) + [x, y, 0][c]!;
    }
  }
  return points;
}

/** Lid points: place along the eye, and above (-1) or below (1) its line. */
const LIDS: Readonly<Record<number, readonly [number, -1 | 1]>> = Object.fromEntries(
  [
    [160, 144, -0.42],
    [159, 145, -0.34],
    [158, 153, -0.25],
    [385, 380, 0.25],
    [386, 374, 0.34],
    [387, 373, 0.42],
  ].flatMap(([up, low, along]) => [
    [up, [along, -1]],
    [low, [along, 1]],
  ]),
);

function egg(i: number): [number, number, number] {
  const around = i * 2.399963; // the golden angle spreads points evenly
  const down = -0.8 + (2 * i) / 467;
  const across = 0.75 * Math.sqrt(Math.max(0, 1 - (down - 0.2) ** 2 / 1.1));
  return [across * Math.sin(around), down, -0.35 * across * Math.abs(Math.cos(around))];
}

function turnBy(yaw: number, pitch: number, roll: number): number[][] {
  const [a, b, c] = [yaw, pitch, roll].map((angle) => (angle * Math.PI) / 180) as [number, number, number];
  const times = (m: number[][], n: number[][]) =>
    m.map((row) => [0, 1, 2].map((k) => row.reduce((sum, value, j) => sum + value * n[j]![k]!, 0)));
  const aroundY = [
    [Math.cos(a), 0, -Math.sin(a)],
    [0, 1, 0],
    [Math.sin(a), 0, Math.cos(a)],
  ];
  const aroundX = [
    [1, 0, 0],
    [0, Math.cos(b), -Math.sin(b)],
    [0, Math.sin(b), Math.cos(b)],
  ];
  const aroundZ = [
    [Math.cos(c), -Math.sin(c), 0],
    [Math.sin(c), Math.cos(c), 0],
    [0, 0, 1],
  ];
  return times(aroundZ, times(aroundY, aroundX));
}
