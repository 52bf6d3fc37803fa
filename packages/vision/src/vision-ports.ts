import { type Graph, InternVLError, type Port } from '@internvl/backend';

/** Sizes of a vision graph, read from its ports. */
export interface VisionSizes {
  /** Tile height and width, pixels. */
  readonly tileHeight: number;
  readonly tileWidth: number;
  /** Class token and patches together. */
  readonly tokens: number;
  /** Channels of a hidden state. */
  readonly width: number;
  /** Rows of visual tokens per tile; absent without a projector. */
  readonly tokensPerTile?: number;
  /** Channels of a visual token; absent without a projector. */
  readonly hidden?: number;
  /** Whether the projector reads another layer than the last, which the graph then has as an output of its own. */
  readonly selectsLayer: boolean;
}

/**
 * Reads the sizes of a vision graph: input `pixel_values [tiles, 3, H, W]`; outputs `last_hidden_state
 * [tiles, 1 + patches, width]`, optionally `selected_hidden_state` (the same) and `visual_tokens [tiles, tokens, hidden]`.
 *
 * @throws `model-unreadable` when the graph is another one.
 */
export function visionSizes(graph: Graph): VisionSizes {
  const [channels, tileHeight, tileWidth] =
    fixed(graph.inputs, 'pixel_values', 4) ?? refuse(graph, 'pixel_values');
  if (channels !== 3) refuse(graph, 'pixel_values');
  const [tokens, width] = fixed(graph.outputs, 'last_hidden_state', 3) ?? refuse(graph, 'last_hidden_state');
  const projected = fixed(graph.outputs, 'visual_tokens', 3);
  return {
    tileHeight: tileHeight!,
    tileWidth: tileWidth!,
    tokens: tokens!,
    width: width!,
    ...(projected && { tokensPerTile: projected[0]!, hidden: projected[1]! }),
    selectsLayer: graph.outputs.some((port) => port.name === 'selected_hidden_state'),
  };
}

/** The sizes of a port behind its first, free one. */
function fixed(ports: readonly Port[], name: string, rank: number): number[] | undefined {
  const port = ports.find((candidate) => candidate.name === name);
  const sizes = port?.dims.slice(1).filter((size) => typeof size === 'number');
  return port?.dims.length === rank && sizes?.length === rank - 1 ? sizes : undefined;
}

function refuse(graph: Graph, port: string): never {
  const shown = [...graph.inputs, ...graph.outputs].map(({ name, dims }) => `${name} [${dims.join(', ')}]`);
  throw new InternVLError(
    'model-unreadable',
    `Expected a vision graph with a port '${port}' of fixed sizes behind the tiles, got ${shown.join(', ')}; pass the graph of vision.onnx.`,
    { port, ports: shown },
  );
}
