import type { KoffiFunc } from 'koffi';
import type { OrtApi, Status } from '../native/c-api.js';

interface Count {
  made: number;
  released: number;
}

/** The functions of the library, and how often each kind of thing was made and given back; `said` are its errors. */
export function countedApi(api: OrtApi) {
  const kinds = new Map<string, Count>();
  const said: string[] = [];
  const count = (kind: string) => {
    const known = kinds.get(kind) ?? { made: 0, released: 0 };
    kinds.set(kind, known);
    return known;
  };
  const made = <A extends unknown[]>(kind: string, call: KoffiFunc<(...args: A) => Status>) =>
    watched(call, (status) => {
      if (!status) count(kind).made++;
    });
  const released = <A extends unknown[], R>(kind: string, call: KoffiFunc<(...args: A) => R>) =>
    watched(call, () => {
      count(kind).released++;
    });
  const counted: OrtApi = {
    ...api,
    createSessionOptions: made('session options', api.createSessionOptions),
    releaseSessionOptions: released('session options', api.releaseSessionOptions),
    // Sessions are opened in the background; each is asked once for its inputs.
    sessionGetInputCount: made('session', api.sessionGetInputCount),
    releaseSession: released('session', api.releaseSession),
    sessionGetInputName: made('name', api.sessionGetInputName),
    sessionGetOutputName: made('name', api.sessionGetOutputName),
    allocatorFree: released('name', api.allocatorFree),
    sessionGetInputTypeInfo: made('type', api.sessionGetInputTypeInfo),
    sessionGetOutputTypeInfo: made('type', api.sessionGetOutputTypeInfo),
    releaseTypeInfo: released('type', api.releaseTypeInfo),
    createRunOptions: made('run options', api.createRunOptions),
    releaseRunOptions: released('run options', api.releaseRunOptions),
    createTensorWithDataAsOrtValue: made('value', api.createTensorWithDataAsOrtValue),
    // Values that a run makes itself are described once, to be copied.
    getTensorTypeAndShape: watched(made('value', api.getTensorTypeAndShape), () => {
      count('shape').made++;
    }),
    releaseValue: released('value', api.releaseValue),
    releaseTensorTypeAndShapeInfo: released('shape', api.releaseTensorTypeAndShapeInfo),
    getErrorMessage: watched(api.getErrorMessage, (message) => {
      said.push(message);
      count('error').made++;
    }),
    releaseStatus: released('error', api.releaseStatus),
  };
  return { api: counted, counts: () => Object.fromEntries(kinds), said };
}

function watched<A extends unknown[], R>(
  call: KoffiFunc<(...args: A) => R>,
  saw: (result: R) => void,
): KoffiFunc<(...args: A) => R> {
  const watching = (...args: A) => {
    const result = call(...args);
    saw(result);
    return result;
  };
  return Object.assign(watching, { async: call.async, info: call.info });
}
