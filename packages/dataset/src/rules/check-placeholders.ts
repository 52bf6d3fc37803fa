import type { NamedImages } from './check-images.js';
import type { FindingSink } from './finding.js';

/** Placeholders of one row, counted turn by turn. */
export interface PlaceholderCount {
  /** `<image>` in human turns. */
  images: number;
  /** `<video>` in human turns. */
  videos: number;
  /** Whether turn 0 has an `<image>`. */
  first: boolean;
}

/** Whether the placeholders of a row fit its files. */
export function checkPlaceholders(
  { images, list, videos }: NamedImages,
  count: PlaceholderCount,
  sink: FindingSink,
): void {
  const prefixed = images.length === 1 && !list && count.images === 0;
  if (prefixed) {
    sink.add('placeholder-missing', '/conversations', 'Expected 1 <image> for 1 image, got none.', '', {
      kind: 'image',
    });
  } else if (count.images !== images.length) {
    sink.add(
      'placeholder-count',
      '/conversations',
      `Expected ${images.length} <image> for ${images.length} image${images.length === 1 ? '' : 's'}, got ${count.images}.`,
      '',
      { kind: 'image', files: images.length, placeholders: count.images },
    );
  } else if (images.length === 1 && !list && !count.first) {
    sink.add('placeholder-late', '/conversations', 'Expected <image> in turn 0, it comes later.', '');
  }
  if (videos === 1 && count.videos === 0 && images.length === 0) {
    sink.add('placeholder-missing', '/conversations', 'Expected 1 <video> for 1 video, got none.', '', {
      kind: 'video',
    });
  } else if (count.videos !== videos) {
    sink.add(
      'placeholder-count',
      '/conversations',
      `Expected ${videos} <video> for ${videos} video${videos === 1 ? '' : 's'}, got ${count.videos}.`,
      '',
      { kind: 'video', files: videos, placeholders: count.videos },
    );
  }
}
