import { isHeldOutPair } from '../held-out.js';
import { capitalised, joined, verbatim } from '../phrases.js';
import type { Corners, Scene, SceneContext, SceneQuestion, Stroke } from '../scene.js';
import { colours, places, type Rgb, shapes, sizes, type Word } from '../words.js';

interface Figure {
  readonly shape: number;
  readonly colour: number;
  readonly size: number;
  /** Cell of a 3 × 3 grid, row by row. */
  readonly cell: number;
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

const yes: Word = { en: 'Yes', zh: '是' };
const no: Word = { en: 'No', zh: '否' };

const canvasSizes = [
  [224, 224],
  [320, 320],
  [448, 448],
  [448, 336],
  [336, 448],
  [448, 224],
  [224, 448],
  [672, 448],
] as const;

/** Coloured shapes in the cells of a 3 × 3 grid; a held-out scene has a combination of shape and colour that training lacks. */
export function shapesScene({ random, split }: SceneContext): Scene {
  const [width, height] = random.pick(canvasSizes);
  const shade = random.integer(225, 255);
  const background: Rgb = [shade, shade - random.integer(0, 12), shade - random.integer(0, 12)];
  const figures = random
    .some([0, 1, 2, 3, 4, 5, 6, 7, 8], random.integer(1, 4))
    .sort((a, b) => a - b)
    .map((cell, index): Figure => {
      const wanted = split === 'held-out' && index === 0;
      let [shape, colour] = [0, 0];
      do {
        shape = random.integer(0, shapes.length - 1);
        colour = random.integer(0, colours.length - 1);
      } while (isHeldOutPair(shape, colour) !== wanted);
      const size = random.integer(0, 1);
      const radius =
        (Math.min(width, height) / 6) *
        (size === 0 ? random.between(0.42, 0.55) : random.between(0.82, 0.95));
      const at = (span: number, place: number) =>
        Math.min(
          Math.max(span * ((place + 0.5) / 3 + random.between(-0.03, 0.03)), radius + 1),
          span - radius - 1,
        );
      return {
        shape,
        colour,
        size,
        cell,
        x: at(width, cell % 3),
        y: at(height, Math.floor(cell / 3)),
        radius,
      };
    });
  return {
    kind: 'shapes',
    language: 'en',
    drawing: { width, height, background, strokes: figures.map(strokeOf) },
    graph: {
      figures: figures.map(({ shape, colour, size, cell, x, y, radius }) => ({
        shape: shapes[shape]!.en,
        colour: colours[colour]!.en,
        size: sizes[size]!.en,
        place: places[cell]!.en,
        centre: [x, y],
        radius,
      })),
    },
    questions: questionsOf(figures, width, height, random),
  };
}

function questionsOf(
  figures: readonly Figure[],
  width: number,
  height: number,
  random: SceneContext['random'],
): SceneQuestion[] {
  const count = String(figures.length);
  const shown = joined(
    figures.map((figure) => ({
      en: `a ${sizes[figure.size]!.en} ${colours[figure.colour]!.en} ${shapes[figure.shape]!.en} at the ${places[figure.cell]!.en}`,
      zh: `${places[figure.cell]!.zh}一个${sizes[figure.size]!.zh}的${colours[figure.colour]!.zh}${shapes[figure.shape]!.zh}`,
    })),
  );
  const questions: SceneQuestion[] = [
    {
      template: 'shapes.caption',
      question: { en: 'Describe the image.', zh: '描述这张图片。' },
      answer: { en: `The image shows ${shown.en}.`, zh: `图中有${shown.zh}。` },
    },
    {
      template: 'shapes.count',
      question: { en: 'How many shapes are there?', zh: '图中有几个图形？' },
      answer: verbatim(count),
    },
  ];
  const single = figures.filter(({ shape }) => figures.filter((other) => other.shape === shape).length === 1);
  for (const figure of random.some(single, 2)) {
    const shape = shapes[figure.shape]!;
    const colour = colours[figure.colour]!;
    const place = places[figure.cell]!;
    questions.push(
      {
        template: 'shapes.colour',
        question: { en: `What color is the ${shape.en}?`, zh: `${shape.zh}是什么颜色？` },
        answer: { en: capitalised(colour.en), zh: colour.zh },
      },
      {
        template: 'shapes.place',
        question: { en: `Where is the ${shape.en}?`, zh: `${shape.zh}在哪里？` },
        answer: { en: capitalised(place.en), zh: place.zh },
      },
      regionOf(figure, width, height),
    );
  }
  const [left, right] = random.some(
    single.filter(({ cell }, _, all) => all.some((other) => other.cell % 3 !== cell % 3)),
    2,
  );
  if (left && right && left.cell % 3 !== right.cell % 3) {
    questions.push({
      template: 'shapes.relation',
      question: {
        en: `Is the ${shapes[left.shape]!.en} to the left of the ${shapes[right.shape]!.en}?`,
        zh: `${shapes[left.shape]!.zh}在${shapes[right.shape]!.zh}的左边吗？`,
      },
      answer: left.cell % 3 < right.cell % 3 ? yes : no,
    });
  }
  // Present and absent shapes are asked for equally often, so that guessing is worth a half.
  const present = random.chance(0.5);
  const candidates = shapes.filter((_, index) => figures.some(({ shape }) => shape === index) === present);
  const asked = random.pick(candidates);
  questions.push({
    template: 'shapes.exists',
    question: { en: `Is there a ${asked.en} in the image?`, zh: `图中有${asked.zh}吗？` },
    answer: present ? { en: 'Yes', zh: '有' } : { en: 'No', zh: '没有' },
  });
  return questions;
}

function regionOf({ shape, colour, x, y, radius }: Figure, width: number, height: number): SceneQuestion {
  const name: Word = {
    en: `the ${colours[colour]!.en} ${shapes[shape]!.en}`,
    zh: `${colours[colour]!.zh}${shapes[shape]!.zh}`,
  };
  const box: Corners = [
    (x - radius) / width,
    (y - radius) / height,
    (x + radius) / width,
    (y + radius) / height,
  ];
  return {
    template: 'shapes.box',
    question: {
      en: 'Please provide the bounding box coordinate of the region this sentence describes: ',
      zh: '请给出这句话所描述区域的边界框坐标：',
    },
    answer: verbatim(''),
    region: { name, box },
  };
}

function strokeOf({ shape, colour, x, y, radius }: Figure): Stroke {
  const fill = colours[colour]!.rgb;
  const name = shapes[shape]!.en;
  if (name === 'circle') return { type: 'ellipse', x, y, radius, fill };
  const around = outlines[name]!;
  return {
    type: 'polygon',
    points: around.map(([dx, dy]) => [x + dx * radius, y + dy * radius] as const),
    fill,
  };
}

const star = Array.from({ length: 10 }, (_, corner) => {
  const reach = corner % 2 === 0 ? 1 : 0.42;
  return [reach * Math.sin((corner * Math.PI) / 5), -reach * Math.cos((corner * Math.PI) / 5)] as const;
});

/** Corners of each shape around its centre, in radii. */
const outlines: Readonly<Record<string, readonly (readonly [x: number, y: number])[]>> = {
  square: [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
  ],
  triangle: [
    [0, -1],
    [1, 1],
    [-1, 1],
  ],
  diamond: [
    [0, -1],
    [0.75, 0],
    [0, 1],
    [-0.75, 0],
  ],
  star,
  cross: [
    [-0.36, -1],
    [0.36, -1],
    [0.36, -0.36],
    [1, -0.36],
    [1, 0.36],
    [0.36, 0.36],
    [0.36, 1],
    [-0.36, 1],
    [-0.36, 0.36],
    [-1, 0.36],
    [-1, -0.36],
    [-0.36, -0.36],
  ],
};
