export { type NativeBackendOptions, nativeBackend } from './native-backend.js';
