import { withoutTelemetry } from '@internvl/backend/node';
import type { KoffiFunc } from 'koffi';
import type { Koffi } from './load-koffi.js';

/*
 * ONNX Runtime's C interface is one table of functions, which is only ever added to: the place of a function in
 * `struct OrtApi` of onnxruntime_c_api.h is its name. Pointers are numbers here; what a function gives back through
 * a pointer is read from an array of one.
 */

/** The version of the table that everything below is in; ONNX Runtime 1.18 has it. */
const apiVersion = 18;

/** An address in C. */
export type Pointer = bigint;

/** What may stand for an address in a call: one, or an array of ours. */
export type Place = Pointer | ArrayBufferView | null;

/** An error, or null for none. */
export type Status = Pointer | null;

type Returns<R, A extends readonly unknown[]> = KoffiFunc<(...args: A) => R>;
type Call<A extends readonly unknown[]> = Returns<Status, A>;
type Release = Returns<void, [Pointer]>;

/** The functions that are used here, named as in C. */
export interface OrtApi {
  readonly koffi: Koffi;
  /** Version of the library: `'1.30.0'`. */
  readonly version: string;
  readonly createEnv: Call<[level: number, id: string, out: Place]>;
  readonly disableTelemetryEvents: Call<[env: Pointer]>;
  readonly createSession: Call<[env: Pointer, path: string, options: Pointer, out: Place]>;
  readonly createSessionFromArray: Call<
    [env: Pointer, model: Place, bytes: number, options: Pointer, out: Place]
  >;
  readonly run: Call<
    [
      session: Pointer,
      options: Pointer,
      inputNames: Place,
      inputs: Place,
      inputCount: number,
      outputNames: Place,
      outputCount: number,
      outputs: Place,
    ]
  >;
  readonly createSessionOptions: Call<[out: Place]>;
  readonly setSessionLogSeverityLevel: Call<[options: Pointer, level: number]>;
  readonly setIntraOpNumThreads: Call<[options: Pointer, threads: number]>;
  readonly setInterOpNumThreads: Call<[options: Pointer, threads: number]>;
  readonly addSessionConfigEntry: Call<[options: Pointer, key: string, value: string]>;
  readonly addExternalInitializersFromFilesInMemory: Call<
    [options: Pointer, names: Place, buffers: Place, lengths: Place, count: number]
  >;
  readonly sessionGetInputCount: Call<[session: Pointer, out: Place]>;
  readonly sessionGetOutputCount: Call<[session: Pointer, out: Place]>;
  readonly sessionGetInputTypeInfo: Call<[session: Pointer, index: number, out: Place]>;
  readonly sessionGetOutputTypeInfo: Call<[session: Pointer, index: number, out: Place]>;
  readonly sessionGetInputName: Call<[session: Pointer, index: number, allocator: Pointer, out: Place]>;
  readonly sessionGetOutputName: Call<[session: Pointer, index: number, allocator: Pointer, out: Place]>;
  readonly castTypeInfoToTensorInfo: Call<[info: Pointer, out: Place]>;
  readonly getTensorElementType: Call<[info: Pointer, out: Place]>;
  readonly getDimensionsCount: Call<[info: Pointer, out: Place]>;
  readonly getDimensions: Call<[info: Pointer, out: Place, count: number]>;
  readonly getSymbolicDimensions: Call<[info: Pointer, out: Place, count: number]>;
  readonly createRunOptions: Call<[out: Place]>;
  readonly runOptionsSetRunLogSeverityLevel: Call<[options: Pointer, level: number]>;
  readonly runOptionsSetTerminate: Call<[options: Pointer]>;
  readonly createTensorWithDataAsOrtValue: Call<
    [memory: Pointer, data: Place, bytes: number, dims: Place, rank: number, type: number, out: Place]
  >;
  readonly getTensorTypeAndShape: Call<[value: Pointer, out: Place]>;
  readonly getTensorMutableData: Call<[value: Pointer, out: Place]>;
  readonly createCpuMemoryInfo: Call<[allocator: number, memory: number, out: Place]>;
  readonly getAllocatorWithDefaultOptions: Call<[out: Place]>;
  readonly allocatorFree: Call<[allocator: Pointer, memory: Pointer]>;
  readonly getErrorMessage: Returns<string, [status: Pointer]>;
  readonly releaseStatus: Release;
  readonly releaseSession: Release;
  readonly releaseSessionOptions: Release;
  readonly releaseRunOptions: Release;
  readonly releaseValue: Release;
  readonly releaseTypeInfo: Release;
  readonly releaseTensorTypeAndShapeInfo: Release;
}

/** Opens the library and its table of functions. @throws where there is no library at `path`, or a much older one */
export function openApi(koffi: Koffi, path: string): OrtApi {
  withoutTelemetry();
  const { decode, proto } = koffi;
  const base: Pointer = koffi.load(path).func('OrtGetApiBase', 'void *', [])();
  const [getApi, getVersion]: Pointer[] = decode(base, koffi.array('void *', 2));
  const version: string = koffi.call(getVersion, proto('str', []));
  const api: Pointer | null = koffi.call(getApi, proto('void *', ['uint32_t']), apiVersion);
  if (!api) throw new Error(`version ${version} has no C interface of version ${apiVersion}`);
  const table: Pointer[] = decode(api, koffi.array('void *', 280));

  const returning = (result: string, index: number, args: readonly string[]) =>
    decode(table[index], proto(result, [...args]));
  const call = (index: number, ...args: string[]) => returning('void *', index, args);
  const release = (index: number) => returning('void', index, ['void *']);
  const pointer = 'void *';
  // ORTCHAR_T.
  const path16 = process.platform === 'win32' ? 'str16' : 'str';

  return {
    koffi,
    version,
    getErrorMessage: returning('str', 2, [pointer]),
    createEnv: call(3, 'int', 'str', pointer),
    disableTelemetryEvents: call(6, pointer),
    createSession: call(7, pointer, path16, pointer, pointer),
    createSessionFromArray: call(8, pointer, pointer, 'size_t', pointer, pointer),
    run: call(9, pointer, pointer, pointer, pointer, 'size_t', pointer, 'size_t', pointer),
    createSessionOptions: call(10, pointer),
    setSessionLogSeverityLevel: call(22, pointer, 'int'),
    setIntraOpNumThreads: call(24, pointer, 'int'),
    setInterOpNumThreads: call(25, pointer, 'int'),
    sessionGetInputCount: call(30, pointer, pointer),
    sessionGetOutputCount: call(31, pointer, pointer),
    sessionGetInputTypeInfo: call(33, pointer, 'size_t', pointer),
    sessionGetOutputTypeInfo: call(34, pointer, 'size_t', pointer),
    sessionGetInputName: call(36, pointer, 'size_t', pointer, pointer),
    sessionGetOutputName: call(37, pointer, 'size_t', pointer, pointer),
    createRunOptions: call(39, pointer),
    runOptionsSetRunLogSeverityLevel: call(41, pointer, 'int'),
    runOptionsSetTerminate: call(46, pointer),
    createTensorWithDataAsOrtValue: call(49, pointer, pointer, 'size_t', pointer, 'size_t', 'int', pointer),
    getTensorMutableData: call(51, pointer, pointer),
    castTypeInfoToTensorInfo: call(55, pointer, pointer),
    getTensorElementType: call(60, pointer, pointer),
    getDimensionsCount: call(61, pointer, pointer),
    getDimensions: call(62, pointer, pointer, 'size_t'),
    getSymbolicDimensions: call(63, pointer, pointer, 'size_t'),
    getTensorTypeAndShape: call(65, pointer, pointer),
    createCpuMemoryInfo: call(69, 'int', 'int', pointer),
    allocatorFree: call(76, pointer, pointer),
    getAllocatorWithDefaultOptions: call(78, pointer),
    releaseStatus: release(93),
    releaseSession: release(95),
    releaseValue: release(96),
    releaseRunOptions: release(97),
    releaseTypeInfo: release(98),
    releaseTensorTypeAndShapeInfo: release(99),
    releaseSessionOptions: release(100),
    addSessionConfigEntry: call(130, pointer, 'str', 'str'),
    addExternalInitializersFromFilesInMemory: call(279, pointer, pointer, pointer, pointer, 'size_t'),
  };
}
