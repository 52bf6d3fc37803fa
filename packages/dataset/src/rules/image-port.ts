import type { ImageSize } from '@internvl/tiling';
import type { Facts } from './finding.js';
import type { RuleCode } from './rule-table.js';

/** Something about an image file. */
export interface ImageRemark {
  readonly code: RuleCode;
  readonly message: string;
  readonly facts?: Facts;
}

/** What a look at an image file gives. */
export interface ImageInspection {
  /** Size in pixels, not turned by EXIF; undefined where the file does not tell. */
  readonly size?: ImageSize;
  /** The same for every row that names the image. */
  readonly remarks: readonly ImageRemark[];
}

/**
 * Looks at image files for the rules about them. `@internvl/dataset/node` has one for folders (`imageFolder`); whoever keeps images
 * elsewhere writes another.
 */
export interface ImageInspector {
  /**
   * What can be told at once should be: a million promises cost more than a million lookups.
   *
   * @param path as a row writes it
   * @throws `signal.reason` when aborted; a bad image is a remark, never an exception
   */
  inspect(path: string, signal?: AbortSignal): ImageInspection | Promise<ImageInspection>;
}
