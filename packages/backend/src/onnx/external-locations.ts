import { protoFields } from './wire.js';

/**
 * Names of the files that a model keeps its weights in, each once, in order. Reads nothing else of the model, so
 * that it serves for models with element types and operators that `decodeModel` does not know.
 *
 * @throws `model-unreadable` when the bytes are no ONNX model.
 */
export function externalLocations(model: Uint8Array): readonly string[] {
  const locations = new Set<string>();
  for (const graph of delimited(model, 7)) {
    for (const tensor of delimited(graph, 5)) {
      for (const entry of delimited(tensor, 13)) {
        const [key] = delimited(entry, 1);
        const [value] = delimited(entry, 2);
        if (key && value && text(key) === 'location') locations.add(text(value));
      }
    }
  }
  return [...locations];
}

function delimited(message: Uint8Array, wanted: number): Uint8Array[] {
  return [...protoFields(message)].filter(({ field }) => field === wanted).map(({ bytes }) => bytes);
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
