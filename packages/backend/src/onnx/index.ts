export { decodeModel } from './decode.js';
export { bytesPerElement, typeCode, typeFromCode } from './element-type.js';
export { encodeModel } from './encode.js';
export { externalLocations } from './external-locations.js';
export type {
  ExternalData,
  OnnxAttribute,
  OnnxGraph,
  OnnxModel,
  OnnxNode,
  OnnxTensor,
  OnnxType,
  OnnxValue,
} from './model.js';
export { type ProtoField, ProtoWriter, packedInts, protoFields } from './wire.js';
