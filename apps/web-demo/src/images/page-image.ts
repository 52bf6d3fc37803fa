/** An image the visitor gave, as its file and as what the page shows of it. */
export interface PageImage {
  /** As it is: the worker reads and decodes it, exactly and off the main thread. */
  readonly file: File;
  /** For `<img>`; revoked when the image is removed. */
  readonly url: string;
  /** Pixels, turned as the file's EXIF orientation says. */
  readonly width: number;
  readonly height: number;
}

/** A file that the browser cannot show. */
export class NotAnImage extends Error {
  override readonly name = 'NotAnImage';
  readonly file: string;

  constructor(file: string, options?: ErrorOptions) {
    super(`Expected an image, got ${file}.`, options);
    this.file = file;
  }
}

/** @throws `NotAnImage` */
export async function readPageImage(file: File): Promise<PageImage> {
  const url = URL.createObjectURL(file);
  const shown = new Image();
  shown.src = url;
  try {
    await shown.decode();
    return { file, url, width: shown.naturalWidth, height: shown.naturalHeight };
  } catch (cause) {
    URL.revokeObjectURL(url);
    throw new NotAnImage(file.name, { cause });
  }
}
