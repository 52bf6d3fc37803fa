import { encodePng } from '@internvl/tiling/node';
import type { SKRSContext2D } from '@napi-rs/canvas';
import { DatasetError } from '../error.js';
import type { Drawing, Font, Stroke } from './scene.js';
import type { Rgb } from './words.js';

/** Files of typefaces: those with Latin letters, and those with Chinese characters. */
export interface FontFiles {
  /** At least one. */
  readonly latin: readonly string[];
  /** At least one. */
  readonly cjk: readonly string[];
}

/** Measures and draws with fonts of the caller's, whatever the system has. */
export interface Canvas {
  measure(text: string, font: Font): number;
  /** The drawing as PNG. */
  png(drawing: Drawing): Promise<Uint8Array>;
}

/**
 * A canvas of `@napi-rs/canvas`. The same fonts and the same version of it give the same bytes.
 *
 * @throws `peer-missing` without `@napi-rs/canvas`; `font-unreadable` for a file that is no font; `invalid-option` for no file
 */
export async function openCanvas({ latin, cjk }: FontFiles): Promise<Canvas> {
  const { createCanvas, GlobalFonts } = await import('@napi-rs/canvas').catch((cause: unknown) => {
    throw new DatasetError(
      'peer-missing',
      'Expected the package @napi-rs/canvas, which draws the scenes, got none; install it: npm install @napi-rs/canvas.',
      { package: '@napi-rs/canvas' },
      { cause },
    );
  });
  const families = { latin: latin.map(register), cjk: cjk.map(register) };
  for (const [script, names] of Object.entries(families)) {
    if (names.length === 0) {
      throw new DatasetError(
        'invalid-option',
        `Expected at least one font file with ${script === 'cjk' ? 'Chinese characters' : 'Latin letters'}, got none; name one, for instance of Debian's packages fonts-dejavu-core and fonts-wqy-microhei.`,
        { option: `fonts.${script}` },
      );
    }
  }
  /** The file under a name that no installed font has. */
  function register(path: string): string {
    const family = `internvl ${path}`;
    if (!GlobalFonts.has(family) && !GlobalFonts.registerFromPath(path, family)) {
      throw new DatasetError(
        'font-unreadable',
        `Expected a font file (TTF, OTF or TTC), got ${path}; check the path.`,
        { path },
      );
    }
    return family;
  }
  const css = ({ script, face, size }: Font): string => {
    const names = families[script];
    return `${size}px "${names[face % names.length]}"`;
  };
  const ruler = createCanvas(1, 1).getContext('2d');
  return {
    measure(text, font) {
      ruler.font = css(font);
      return ruler.measureText(text).width;
    },
    async png({ width, height, background, strokes }) {
      const canvas = createCanvas(width, height);
      const context = canvas.getContext('2d');
      context.fillStyle = colour(background);
      context.fillRect(0, 0, width, height);
      for (const stroke of strokes) draw(context, stroke, css);
      const { data } = context.getImageData(0, 0, width, height);
      const rgb = new Uint8Array(width * height * 3);
      for (let pixel = 0; pixel < width * height; pixel++) {
        rgb.set(data.subarray(4 * pixel, 4 * pixel + 3), 3 * pixel);
      }
      return encodePng({ data: rgb, width, height });
    },
  };
}

function draw(context: SKRSContext2D, stroke: Stroke, css: (font: Font) => string): void {
  context.beginPath();
  switch (stroke.type) {
    case 'ellipse':
      context.arc(stroke.x, stroke.y, stroke.radius, 0, 2 * Math.PI);
      break;
    case 'polygon':
      for (const [x, y] of stroke.points) context.lineTo(x, y);
      context.closePath();
      break;
    case 'line':
      context.moveTo(...stroke.from);
      context.lineTo(...stroke.to);
      break;
    case 'frame': {
      const [x1, y1, x2, y2] = stroke.box;
      context.rect(x1, y1, x2 - x1, y2 - y1);
      break;
    }
    case 'text':
      context.font = css(stroke.font);
      context.fillStyle = colour(stroke.fill);
      context.fillText(stroke.text, stroke.x, stroke.y);
      return;
  }
  if ('fill' in stroke) {
    context.fillStyle = colour(stroke.fill);
    context.fill();
    return;
  }
  context.strokeStyle = colour(stroke.stroke);
  context.lineWidth = stroke.width;
  context.stroke();
}

function colour([red, green, blue]: Rgb): string {
  return `rgb(${red}, ${green}, ${blue})`;
}
