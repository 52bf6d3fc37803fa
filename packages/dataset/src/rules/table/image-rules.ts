import type { Rule } from '../rule.js';

/** Rules about image paths and image files. */
export const imageRules = {
  'image-path-empty': {
    severity: 'error',
    what: 'An image has an empty path.',
    fix: 'Write the path, or leave image out of a text-only row.',
  },
  'image-path-absolute': {
    severity: 'error',
    what: 'An image path is absolute, so the data works on one machine only.',
    fix: 'Write it relative to root.',
    repair: 'Cuts root off, where the path lies under root.',
  },
  'image-path-backslash': {
    severity: 'error',
    what: 'An image path has backslashes, which are no separators outside of Windows.',
    fix: 'Write forward slashes.',
    repair: 'Writes forward slashes.',
  },
  'image-path-escape': {
    severity: 'error',
    what: 'An image path leads out of root.',
    fix: 'Put the image under root.',
  },
  'image-path-symlink': {
    severity: 'error',
    what: 'A symbolic link on the way leads out of root.',
    fix: 'Put the image itself under root.',
  },
  'image-path-control': {
    severity: 'error',
    what: 'An image path has control characters.',
    fix: 'Rename the file.',
  },
  'image-path-case': {
    severity: 'error',
    what: 'The file is there, but its name differs in upper and lower case.',
    fix: 'Write the name as it is on disk.',
    repair: 'Writes the name as it is on disk.',
  },
  'image-path-unicode': {
    severity: 'error',
    what: 'The file is there, but its name is in another Unicode normal form (NFC or NFD).',
    fix: 'Write the name as it is on disk.',
    repair: 'Writes the name as it is on disk.',
  },
  'image-not-checked': {
    severity: 'note',
    what: 'An image is a URL and was not looked at.',
    fix: 'Fetch the images to a folder and name that as root.',
  },
  'image-missing': {
    severity: 'error',
    what: 'There is no such image file.',
    fix: 'Copy the file to that place, or remove the row.',
  },
  'image-unreadable': {
    severity: 'error',
    what: 'The image file is damaged, is no image, or cannot be opened.',
    fix: 'Fetch or save it again.',
  },
  'image-truncated': {
    severity: 'error',
    what: 'The image file ends early.',
    fix: 'Fetch or copy it again.',
  },
  'image-empty': {
    severity: 'error',
    what: 'The image file has no bytes, or a side of no pixels.',
    fix: 'Fetch or save it again.',
  },
  'image-bomb': {
    severity: 'error',
    what: 'The image declares more pixels, or its file has more bytes, than the limit (decompression bomb).',
    fix: 'Shrink it; Pillow refuses it as well.',
  },
  'image-unsupported': {
    severity: 'error',
    what: 'The image is of a format or sample type that is not read.',
    fix: 'Convert it to JPEG, PNG, WebP, AVIF, GIF or TIFF with 8 bits.',
  },
  'image-cmyk': {
    severity: 'warning',
    what: 'The image is CMYK; its colours depend on who converts it.',
    fix: 'Convert it to RGB.',
  },
  'image-16-bit': {
    severity: 'warning',
    what: 'The image has 16 bits per sample; readers differ, Pillow turns 16-bit grey mostly white.',
    fix: 'Convert it to 8 bits.',
  },
  'image-alpha': {
    severity: 'warning',
    what: 'The image has transparency, which is dropped, so hidden colours show.',
    fix: 'Flatten it onto a background.',
  },
  'image-exif-rotation': {
    severity: 'warning',
    what: 'The image asks to be turned by EXIF; the trainer does not turn it, most viewers do.',
    fix: 'Turn the pixels and drop the tag; boxes and sizes must fit the turned image.',
  },
  'image-animated': {
    severity: 'warning',
    what: 'The image has several frames or pages; the first one is used.',
    fix: 'Save the frame you mean.',
  },
  'image-size-differs': {
    severity: 'error',
    what: 'Declared width and height are not those of the file.',
    fix: 'Write the size of the file.',
    repair: 'Writes the size of the file.',
  },
  'image-size-count': {
    severity: 'error',
    what: 'width_list and height_list do not have one number per image.',
    fix: 'Write one width and one height per image.',
  },
} as const satisfies Record<string, Rule>;
