export type { DecodedImage, DecodeNotice, DecodeOptions } from './decode/decoded.js';
export { type ImageFormat, type ImageHeader, readHeader } from './decode/header.js';
export { decodeImage } from './decode/node.js';
export { encodePng } from './encode-png.js';
export { createTilePool, type TilePool, tilesInParallel } from './pool.js';
