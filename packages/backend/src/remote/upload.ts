import type { ModelSource } from '../backend.js';
import { InternVLError } from '../error.js';
import type { Port } from '../graph.js';
import { decodeModel } from '../onnx/decode.js';
import { externalLocations } from '../onnx/external-locations.js';
import type { OnnxValue } from '../onnx/model.js';
import { isDType } from '../typed-array.js';
import { modelConfig } from './model-config.js';
import type { InferenceServer } from './server.js';

type Bytes = Extract<ModelSource, { readonly bytes: Uint8Array }>;

/**
 * Sends a model to a server of the model repository extension, under a name of its own. Its files go in base64 within JSON, which is
 * meant for small models; large ones belong into the server's repository.
 *
 * Source: Triton's extension_model_repository.md, parameters `config` and `file:`.
 *
 * @throws `model-unreadable`, `file-missing`, `dtype-unknown`, and what `InferenceServer.send` throws.
 */
export async function upload(server: InferenceServer, source: Bytes, timeoutMs: number): Promise<string> {
  const { bytes, externalData = {} } = source;
  const given = Object.keys(externalData);
  const missing = externalLocations(bytes).find((location) => !given.includes(location));
  if (missing !== undefined) {
    throw new InternVLError(
      'file-missing',
      `Expected the model's external data "${missing}" in externalData, got ${given.length ? given.join(', ') : 'none'}; pass its bytes under that name.`,
      { missing, given },
    );
  }
  const { graph } = decodeModel(bytes);
  const constants = new Set(graph.initializers.map(({ name }) => name));
  const name = `internvl-${hex(crypto.getRandomValues(new Uint8Array(12)))}`;
  const config = modelConfig(name, {
    inputs: graph.inputs.filter((input) => !constants.has(input.name)).map(port),
    outputs: graph.outputs.map(port),
  });
  const files = { 'model.onnx': bytes, ...externalData };
  const parameters = {
    config: JSON.stringify(config),
    ...Object.fromEntries(Object.entries(files).map(([file, data]) => [`file:1/${file}`, base64(data)])),
  };
  const body = JSON.stringify({ parameters });
  await server.send(`/v2/repository/models/${name}/load`, { method: 'POST', body, timeoutMs });
  return name;
}

/** @throws `dtype-unknown`. */
function port({ name, type, dims }: OnnxValue): Port {
  if (isDType(type)) return { name, type, dims };
  throw new InternVLError(
    'dtype-unknown',
    `Expected "${name}" to have an element type of DType, got ${type}; export the model with a Cast there.`,
    { port: name, type },
  );
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function base64(bytes: Uint8Array): string {
  let text = '';
  for (let start = 0; start < bytes.length; start += 8192) {
    text += String.fromCharCode(...bytes.subarray(start, start + 8192));
  }
  return btoa(text);
}
