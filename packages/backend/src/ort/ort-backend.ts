import type { Backend, Capabilities, ModelSource } from '../backend.js';
import type { DType } from '../dtype.js';
import { InternVLError } from '../error.js';
import { externalLocations } from '../onnx/external-locations.js';
import { untilAborted } from '../until-aborted.js';
import { loadError } from './load-error.js';
import type { OrtDevice } from './ort-device.js';
import { OrtGraph } from './ort-graph.js';
import type { ExecutionProvider, OrtNamespace, OrtSession, OrtSessionOptions } from './ort-namespace.js';
import { OrtTensors } from './ort-tensors.js';
import { serial } from './serial.js';

/** What `ortBackend` takes. */
export interface OrtBackendOptions {
  /** The namespace of `onnxruntime-node` or `onnxruntime-web`; this package imports neither. */
  readonly ort: OrtNamespace;
  /** Name of the backend: `'ort-node:cpu'`. */
  readonly name: string;
  /** ONNX Runtime's execution providers, the preferred one first. */
  readonly executionProviders: readonly ExecutionProvider[];
  /** Further session options. Log messages are off unless asked for: errors arrive as rejections. */
  readonly sessionOptions?: OrtSessionOptions | undefined;
  /** Element types that ports may have; all of `DType` by default. */
  readonly dtypes?: ReadonlySet<DType> | undefined;
  /** Largest absolute error for numbers near 1, by element type; 1e-5 for float32 by default. */
  readonly tolerance?: Capabilities['tolerance'] | undefined;
  /**
   * Where outputs of `RunOptions.stayOnDevice` stay; left out, the backend has no device tensors. ONNX Runtime
   * fixes this when a session opens, so a run that keeps other outputs than the run before reopens the model.
   */
  readonly deviceLocation?: 'gpu-buffer' | 'ml-tensor' | undefined;
  /**
   * Memory of the device that the application can reach. Then tensors there can be allocated, written `into` and kept
   * (`stayOnDevice` costs a way to the CPU and back), models load once, and `deviceLocation` is left out.
   */
  readonly device?: OrtDevice | undefined;
  /**
   * Whether the runtime writes into the tensors of `fetches` wherever they lie. By default only with a `device`: onnxruntime-node
   * and -web of 1.30 return fresh arrays on the CPU whatever tensor they are given.
   */
  readonly writesInto?: boolean | undefined;
  /** Whether the runtime ends a run in the middle when the `signal` of its options aborts; false by default. */
  readonly endsRuns?: boolean | undefined;
  /** False where reading a device tensor must be refused: the Node binding of 1.30 ends the process over it. */
  readonly readsDevice?: boolean | undefined;
}

const everyType: ReadonlySet<DType> = new Set([
  'float32',
  'float16',
  'int64',
  'int32',
  'uint8',
  'int8',
  'bool',
]);

/**
 * Runs graphs on ONNX Runtime. One run at a time: more wait in turn.
 *
 * Abort rejects at once when a run waits, and as soon as the event loop turns otherwise; what the run made is dropped. A run
 * is stopped in the middle only by a runtime that `endsRuns`.
 *
 * `load` throws `model-unreadable`, `file-missing`, `unsupported-operator`, `dtype-unknown`; `run` throws what
 * `checkRun` throws, `graph-disposed`, and `run-failed` for what ONNX Runtime reports; both throw `out-of-memory` and `device-lost`.
 */
export function ortBackend({
  ort,
  name,
  executionProviders,
  sessionOptions = {},
  dtypes = everyType,
  tolerance = { float32: 1e-5 },
  deviceLocation,
  device,
  writesInto = device !== undefined,
  endsRuns = false,
  readsDevice = true,
}: OrtBackendOptions): Backend {
  const capabilities: Capabilities = {
    dtypes,
    tolerance,
    deviceTensors: deviceLocation !== undefined || device !== undefined,
    writesInto,
  };
  const inTurn = serial();
  const tensors = new OrtTensors(ort, { readsDevice, writesInto, device, inTurn });

  async function open(
    source: ModelSource,
    stayOnDevice: readonly string[],
    prepack: boolean | undefined,
  ): Promise<OrtSession> {
    const options: OrtSessionOptions = { logSeverityLevel: 4, ...sessionOptions, executionProviders };
    if (prepack !== undefined) options.extra = withPrepacking(options.extra, prepack);
    if (deviceLocation && stayOnDevice.length > 0) {
      options.preferredOutputLocation = Object.fromEntries(
        stayOnDevice.map((output) => [output, deviceLocation]),
      );
    }
    if ('bytes' in source) {
      const { externalData = {} } = source;
      refuseMissing(source.bytes, externalData);
      options.externalData = Object.entries(externalData).map(([path, data]) => ({ path, data }));
    }
    try {
      return await ('path' in source
        ? ort.InferenceSession.create(source.path, options)
        : ort.InferenceSession.create(source.bytes, options));
    } catch (error) {
      device?.assertSound();
      throw loadError(error, source, name);
    }
  }

  return {
    spec: 'v1',
    name,
    capabilities,
    async load(source, { signal, prepack } = {}) {
      signal?.throwIfAborted();
      // Kept only where it is needed, so that the bytes of a model do not outlive its loading elsewhere.
      const reopen =
        deviceLocation && ((stayOnDevice: readonly string[]) => open(source, stayOnDevice, prepack));
      const host = { name, capabilities, tensors, inTurn, reopen, device, endsRuns };
      const work = inTurn(async () => {
        signal?.throwIfAborted();
        device?.assertSound();
        const session = await open(source, [], prepack);
        try {
          // Weights that found no room on the device are told beside the loading.
          device?.assertSound();
          return new OrtGraph(session, host);
        } catch (error) {
          await session.release();
          throw error;
        }
      });
      return untilAborted(work, signal, (graph) => graph.dispose());
    },
  };
}

function withPrepacking(
  extra: OrtSessionOptions['extra'],
  prepack: boolean,
): NonNullable<OrtSessionOptions['extra']> {
  const { session } = extra ?? {};
  return {
    ...extra,
    session: { ...(typeof session === 'object' && session), disable_prepacking: prepack ? '0' : '1' },
  };
}

/** ONNX Runtime would look for a missing file in the working directory, and take whatever lies there. */
function refuseMissing(model: Uint8Array, externalData: Readonly<Record<string, Uint8Array>>): void {
  const given = Object.keys(externalData);
  const missing = externalLocations(model).find((location) => !given.includes(location));
  if (missing === undefined) return;
  throw new InternVLError(
    'file-missing',
    `Expected the model's external data "${missing}" in externalData, got ${given.length ? given.join(', ') : 'none'}; pass its bytes under that name.`,
    { missing, given },
  );
}
