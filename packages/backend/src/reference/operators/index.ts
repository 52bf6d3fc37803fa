import type { Operator } from '../operator.js';
import { gelu, quickGelu, sigmoid } from './activation.js';
import { absolute, add, divide, larger, multiply, smaller, subtract } from './arithmetic.js';
import { gatherBlockQuantized, matMulNBits } from './blocks.js';
import { cast } from './cast.js';
import { greaterOrEqual, where } from './compare.js';
import { concat, split } from './concat.js';
import { constant, constantOfShape } from './constant.js';
import { conv } from './conv.js';
import { gather, scatterElements } from './gather.js';
import { groupQueryAttention } from './group-query-attention.js';
import { withHalves } from './halves.js';
import { gemm, matMul } from './mat-mul.js';
import { mixtureOfExperts, quantisedExperts } from './mixture-of-experts.js';
import { multiHeadAttention } from './multi-head-attention.js';
import { layerNorm, rmsNorm, skipLayerNorm, skipRmsNorm } from './norm.js';
import { matMulIntegerToFloat, quantizeLinear } from './quantised.js';
import { argMax, reduceMax, reduceSum, topK } from './reduce.js';
import { rotaryEmbedding } from './rotary-embedding.js';
import { expand, identity, reshape, shape, squeeze, unsqueeze } from './shape.js';
import { pad, slice } from './slice.js';
import { softmax } from './softmax.js';
import { transpose } from './transpose.js';

/** Every operator, by name; those of ONNX Runtime's own set carry its domain. */
export const operators: ReadonlyMap<string, Operator> = new Map(
  Object.entries({
    Abs: absolute,
    Add: add,
    ArgMax: argMax,
    Cast: cast,
    Concat: concat,
    Constant: constant,
    ConstantOfShape: constantOfShape,
    Conv: conv,
    Div: divide,
    Expand: expand,
    Gather: gather,
    Gelu: gelu,
    Gemm: withHalves(gemm),
    GreaterOrEqual: greaterOrEqual,
    Identity: identity,
    LayerNormalization: layerNorm,
    MatMul: withHalves(matMul),
    Max: larger,
    Min: smaller,
    Mul: multiply,
    Pad: pad,
    QuantizeLinear: quantizeLinear,
    ReduceMax: reduceMax,
    ReduceSum: reduceSum,
    Reshape: reshape,
    ScatterElements: scatterElements,
    Shape: shape,
    Sigmoid: sigmoid,
    // ONNX Runtime registers this one in the default domain.
    SimplifiedLayerNormalization: rmsNorm,
    Slice: slice,
    Softmax: softmax,
    Split: split,
    Squeeze: squeeze,
    Sub: subtract,
    TopK: topK,
    Transpose: transpose,
    Unsqueeze: unsqueeze,
    Where: where,
    'com.microsoft.GatherBlockQuantized': gatherBlockQuantized,
    'com.microsoft.Gelu': gelu,
    'com.microsoft.GroupQueryAttention': groupQueryAttention,
    'com.microsoft.MatMulIntegerToFloat': matMulIntegerToFloat,
    'com.microsoft.MatMulNBits': withHalves(matMulNBits),
    'com.microsoft.MoE': mixtureOfExperts,
    'com.microsoft.MultiHeadAttention': multiHeadAttention,
    'com.microsoft.QMoE': quantisedExperts,
    'com.microsoft.QuickGelu': quickGelu,
    'com.microsoft.RotaryEmbedding': rotaryEmbedding,
    'com.microsoft.SkipLayerNormalization': skipLayerNorm,
    'com.microsoft.SkipSimplifiedLayerNormalization': skipRmsNorm,
  }),
);
