export type { Backend, Capabilities, ModelSource } from './backend.js';
export { checkRun } from './check-run.js';
export { dims } from './dims.js';
export type { DType, TensorData } from './dtype.js';
export { type ErrorFacts, InternVLError } from './error.js';
export type { Graph, Port, RunOptions, Span } from './graph.js';
export { hostTensor } from './host-tensor.js';
export type { Tensor, Tensors } from './tensor.js';
export { untilAborted } from './until-aborted.js';
