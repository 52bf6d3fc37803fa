export type { DecodedImage, DecodeNotice, DecodeOptions } from './decode/decoded.js';
export { type ImageFormat, type ImageHeader, readHeader } from './decode/header.js';
export { decodeImage } from './decode/web.js';
