import type { ConfigPort, TritonModelConfig } from '@internvl/backend/remote';

/** A model's configuration as the text of its `config.pbtxt`: protocol buffers in their text form. */
export function configText(config: TritonModelConfig): string {
  const parameters = Object.entries(config.parameters).map(
    ([key, { string_value }]) =>
      `parameters { key: ${quoted(key)} value { string_value: ${quoted(string_value)} } }`,
  );
  return [
    `name: ${quoted(config.name)}`,
    `backend: ${quoted(config.backend)}`,
    `max_batch_size: ${config.max_batch_size}`,
    ports('input', config.input),
    ports('output', config.output),
    ...parameters,
    '',
  ].join('\n');
}

function ports(field: string, list: readonly ConfigPort[]): string {
  const lines = list.map(
    ({ name, data_type, dims }) =>
      `  { name: ${quoted(name)} data_type: ${data_type} dims: [ ${dims.join(', ')} ] }`,
  );
  return `${field} [\n${lines.join(',\n')}\n]`;
}

function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`;
}
