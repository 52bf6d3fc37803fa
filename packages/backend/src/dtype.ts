/** ONNX Runtime's names for the element types our graphs use. `float16` travels as its raw bits. */
export interface TensorData {
  float32: Float32Array;
  float16: Uint16Array;
  int64: BigInt64Array;
  int32: Int32Array;
  uint8: Uint8Array;
  int8: Int8Array;
  bool: Uint8Array;
}

/** The name of an element type, as ONNX Runtime spells it. */
export type DType = keyof TensorData;
