import type { RgbImage } from '@internvl/tiling';

/** A drawing and what is asked about it. */
export interface Scene {
  readonly image: RgbImage;
  readonly turns: readonly { readonly question: string; readonly expected: string }[];
}

const colours = [
  ['red', 214, 40, 40],
  ['yellow', 245, 205, 30],
  ['green', 46, 160, 67],
  ['blue', 36, 91, 219],
  ['purple', 130, 60, 190],
  ['black', 25, 25, 25],
] as const;

/** Whether a point, in radii from the centre, lies in the shape. */
const shapes: readonly (readonly [string, (x: number, y: number) => boolean])[] = [
  ['circle', (x, y) => x * x + y * y <= 1],
  ['square', (x, y) => Math.max(Math.abs(x), Math.abs(y)) <= 1],
  ['triangle', (x, y) => Math.abs(y) <= 1 && Math.abs(x) <= (y + 1) / 2],
  ['diamond', (x, y) => Math.abs(x) / 0.75 + Math.abs(y) <= 1],
  ['cross', (x, y) => Math.min(Math.abs(x), Math.abs(y)) <= 0.36 && Math.max(Math.abs(x), Math.abs(y)) <= 1],
];

/** Scenes of one to four coloured shapes, as the nano model's training drew them, from a seed. */
export function drawScenes(count: number, seed: number): Scene[] {
  const random = mulberry32(seed);
  return Array.from({ length: count }, () => drawScene(random));
}

function drawScene(random: () => number): Scene {
  const below = (limit: number) => Math.floor(random() * limit);
  const [width, height] = (
    [
      [224, 224],
      [320, 320],
      [448, 336],
      [336, 448],
    ] as const
  )[below(4)]!;
  const data = new Uint8Array(3 * width * height).fill(230 + below(20));
  const cells = shuffled(
    Array.from({ length: 9 }, (_, cell) => cell),
    random,
  ).slice(0, 1 + below(4));
  const kinds = shuffled(shapes, random);
  const drawn = cells.map((cell, index) => {
    const [shape, covers] = kinds[index]!;
    const [colour, ...rgb] = colours[below(colours.length)]!;
    const radius = (Math.min(width, height) / 6) * (random() < 0.5 ? 0.5 : 0.88);
    const centreX = (width * ((cell % 3) + 0.5)) / 3;
    const centreY = (height * (Math.floor(cell / 3) + 0.5)) / 3;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        if (covers((x - centreX) / radius, (y - centreY) / radius)) data.set(rgb, 3 * (y * width + x));
      }
    }
    return { shape, colour };
  });
  const { shape, colour } = drawn[below(drawn.length)]!;
  const asked = shapes[below(shapes.length)]![0];
  return {
    image: { data, width, height },
    turns: [
      { question: 'How many shapes are there?', expected: String(drawn.length) },
      { question: `What color is the ${shape}?`, expected: colour[0]!.toUpperCase() + colour.slice(1) },
      {
        question: `Is there a ${asked} in the image?`,
        expected: drawn.some((each) => each.shape === asked) ? 'Yes' : 'No',
      },
    ],
  };
}

function shuffled<T>(values: readonly T[], random: () => number): T[] {
  return values
    .map((value) => ({ value, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ value }) => value);
}

/** Tommy Ettinger's generator: numbers in [0, 1) from a 32-bit seed. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
