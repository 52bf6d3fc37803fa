import { isJsonList, type JsonObject, type JsonValue } from '../sample/json.js';
import { kindOf, shown } from './check-turns.js';
import { excerptAt, type FindingSink } from './finding.js';

/** An image that a row names. */
export interface NamedImage {
  readonly path: string;
  readonly pointer: string;
  /** As declared; undefined where the row does not say. */
  readonly width: number | undefined;
  readonly height: number | undefined;
  /** False where the path itself is wrong or leads elsewhere, so that nothing is looked at. */
  readonly lookable: boolean;
}

/** What a row says about its images. */
export interface NamedImages {
  readonly images: readonly NamedImage[];
  /** True for `image` as a list, whose placeholders are never added by the trainer. */
  readonly list: boolean;
  /** Files behind `video`. */
  readonly videos: number;
}

const noImages: NamedImages = { images: [], list: false, videos: 0 };

/** Paths and declared sizes of a row's images; nothing is opened. */
export function checkImages(row: JsonObject, sink: FindingSink): NamedImages {
  const { image, video } = row;
  const videos = video === undefined || video === null || video === '' ? 0 : checkVideo(video, sink);
  if (image === undefined || image === null) return videos === 0 ? noImages : { ...noImages, videos };
  if (typeof image === 'string') {
    const width = side(row, 'width', sink);
    const height = side(row, 'height', sink);
    return { images: [named(image, '/image', width, height, sink)], list: false, videos };
  }
  if (!isJsonList(image)) {
    sink.add(
      'field-type',
      '/image',
      `Expected a path or a list of paths, got ${kindOf(image)}.`,
      shown(image),
    );
    return { ...noImages, videos };
  }
  const widths = sides(row, 'width_list', image.length, sink);
  const heights = sides(row, 'height_list', image.length, sink);
  const images: NamedImage[] = [];
  for (const [index, path] of image.entries()) {
    const pointer = `/image/${index}`;
    if (typeof path === 'string') images.push(named(path, pointer, widths[index], heights[index], sink));
    else {
      sink.add('field-type', pointer, `Expected a path, got ${kindOf(path)}.`, shown(path));
      images.push({ path: '', pointer, width: undefined, height: undefined, lookable: false });
    }
  }
  return { images, list: true, videos };
}

function named(
  path: string,
  pointer: string,
  width: number | undefined,
  height: number | undefined,
  sink: FindingSink,
): NamedImage {
  return { path, pointer, width, height, lookable: checkPath(path, pointer, sink) };
}

/** Most paths: nothing that could lead anywhere or needs a second look. */
const plainPath = /^(?!.*\.\.)[\w][\w\-. ()/]*$/;
const address = /^(?:[a-z][a-z\d+.-]*:\/\/|data:)/i;
const drive = /^[a-z]:[\\/]/i;

/** @returns whether the path may be looked up under root. */
function checkPath(path: string, pointer: string, sink: FindingSink): boolean {
  if (plainPath.test(path)) return true;
  const excerpt = excerptAt(path);
  if (path.trim() === '') {
    sink.add('image-path-empty', pointer, 'Expected a path, got an empty one.', excerpt);
    return false;
  }
  if (address.test(path) && !/^file:/i.test(path)) {
    sink.add(
      'image-not-checked',
      pointer,
      'Expected a path under root, got an address; it was not looked at.',
      excerpt,
    );
    return false;
  }
  if (/\p{Cc}/u.test(path)) {
    sink.add('image-path-control', pointer, 'Expected a path without control characters, got some.', excerpt);
    return false;
  }
  if (path.startsWith('/') || path.startsWith('\\') || drive.test(path) || /^file:/i.test(path)) {
    sink.add('image-path-absolute', pointer, `Expected a path relative to root, got ${excerpt}.`, excerpt);
    return false;
  }
  const back = path.includes('\\');
  if (back) sink.add('image-path-backslash', pointer, `Expected forward slashes, got ${excerpt}.`, excerpt);
  let depth = 0;
  for (const step of path.split(/[\\/]/)) {
    if (step === '..') depth--;
    else if (step !== '' && step !== '.') depth++;
    if (depth >= 0) continue;
    sink.add('image-path-escape', pointer, `Expected a path inside of root, got ${excerpt}.`, excerpt);
    return false;
  }
  return !back;
}

/** No image has a side of more pixels. */
const LONGEST_SIDE = 1_000_000;

/** Whether a value can be the side of an image. */
export function isSide(value: JsonValue | undefined): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= LONGEST_SIDE;
}

function side(row: JsonObject, name: 'width' | 'height', sink: FindingSink): number | undefined {
  const value = row[name];
  if (value === undefined || value === null) return undefined;
  if (isSide(value)) return value;
  sink.add(
    'field-type',
    `/${name}`,
    `Expected a whole number of pixels from 1 to ${LONGEST_SIDE}, got ${shown(value)}.`,
    shown(value),
  );
  return undefined;
}

function sides(
  row: JsonObject,
  name: 'width_list' | 'height_list',
  images: number,
  sink: FindingSink,
): readonly (number | undefined)[] {
  const value = row[name];
  if (value === undefined || value === null) return [];
  if (!isJsonList(value)) {
    sink.add(
      'field-type',
      `/${name}`,
      `Expected a list of ${images} sizes, got ${kindOf(value)}.`,
      shown(value),
    );
    return [];
  }
  if (value.length !== images) {
    sink.add(
      'image-size-count',
      `/${name}`,
      `Expected ${images} sizes for ${images} images, got ${value.length}.`,
      shown(value),
      { images, sizes: value.length },
    );
    return [];
  }
  return value.map((size, index) => {
    if (isSide(size)) return size;
    sink.add(
      'field-type',
      `/${name}/${index}`,
      `Expected a whole number of pixels from 1 to ${LONGEST_SIDE}, got ${shown(size)}.`,
      shown(size),
    );
    return undefined;
  });
}

function checkVideo(video: JsonValue, sink: FindingSink): number {
  if (typeof video === 'string') return 1;
  sink.add('field-type', '/video', `Expected a path, got ${kindOf(video)}.`, shown(video));
  return 0;
}
