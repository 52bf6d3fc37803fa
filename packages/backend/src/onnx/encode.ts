import { InternVLError } from '../error.js';
import { typeCode } from './element-type.js';
import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from './model.js';
import { ProtoWriter } from './wire.js';

/** The bytes of a `.onnx` file. Field numbers are those of onnx.proto. */
export function encodeModel(model: OnnxModel): Uint8Array {
  const writer = new ProtoWriter();
  writer.int(1, model.irVersion);
  writer.string(2, model.producer);
  writer.message(7, (graph) => writeGraph(graph, model.graph));
  for (const [domain, version] of Object.entries(model.opsets)) {
    writer.message(8, (opset) => {
      opset.string(1, domain);
      opset.int(2, version);
    });
  }
  return writer.finish();
}

function writeGraph(writer: ProtoWriter, graph: OnnxGraph): void {
  for (const node of graph.nodes) writer.message(1, (message) => writeNode(message, node));
  writer.string(2, graph.name);
  for (const tensor of graph.initializers) writer.message(5, (message) => writeTensor(message, tensor));
  for (const value of graph.inputs) writer.message(11, (message) => writeValue(message, value));
  for (const value of graph.outputs) writer.message(12, (message) => writeValue(message, value));
}

function writeNode(writer: ProtoWriter, node: OnnxNode): void {
  for (const input of node.inputs) writer.string(1, input);
  for (const output of node.outputs) writer.string(2, output);
  writer.string(3, node.name);
  writer.string(4, node.op);
  for (const [name, attribute] of Object.entries(node.attributes)) {
    writer.message(5, (message) => writeAttribute(message, name, attribute));
  }
  writer.string(7, node.domain);
}

function writeAttribute(writer: ProtoWriter, name: string, attribute: OnnxAttribute): void {
  const kind = (code: number) => writer.int(20, code);
  writer.string(1, name);
  if ('float' in attribute) {
    writer.float(2, attribute.float);
    kind(1);
  } else if ('int' in attribute) {
    writer.int(3, attribute.int);
    kind(2);
  } else if ('string' in attribute) {
    writer.string(4, attribute.string);
    kind(3);
  } else if ('tensor' in attribute) {
    writer.message(5, (message) => writeTensor(message, attribute.tensor));
    kind(4);
  } else if ('floats' in attribute) {
    for (const value of attribute.floats) writer.float(7, value);
    kind(6);
  } else if ('ints' in attribute) {
    for (const value of attribute.ints) writer.int(8, value);
    kind(7);
  } else if ('strings' in attribute) {
    for (const value of attribute.strings) writer.string(9, value);
    kind(8);
  } else {
    throw new InternVLError(
      'invalid-option',
      `Expected attribute "${name}" to be a number, a string, a tensor or a list, got ONNX's kind ${attribute.otherKind}; it cannot be written.`,
      { attribute: name, kind: attribute.otherKind },
    );
  }
}

function writeTensor(writer: ProtoWriter, tensor: OnnxTensor): void {
  for (const size of tensor.dims) writer.int(1, size);
  writer.int(2, typeCode(tensor.type));
  writer.string(8, tensor.name);
  if ('data' in tensor) {
    writer.bytes(9, tensor.data);
    return;
  }
  for (const [key, value] of Object.entries(tensor.external)) {
    writer.message(13, (entry) => {
      entry.string(1, key);
      entry.string(2, String(value));
    });
  }
  writer.int(14, 1);
}

function writeValue(writer: ProtoWriter, value: OnnxValue): void {
  writer.string(1, value.name);
  writer.message(2, (type) => {
    type.message(1, (tensorType) => {
      tensorType.int(1, typeCode(value.type));
      tensorType.message(2, (shape) => {
        for (const size of value.dims) {
          shape.message(1, (dim) => {
            if (typeof size === 'number') dim.int(1, size);
            else dim.string(2, size);
          });
        }
      });
    });
  });
}
