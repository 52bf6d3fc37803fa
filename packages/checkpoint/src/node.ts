export { type FetchSnapshotOptions, fetchSnapshot, type Snapshot } from './hub/fetch-snapshot.js';
export { type HubId, parseHubId } from './hub/hub-id.js';
export { cacheDirectory, type Environment } from './source/cache-directory.js';
export { fileSource } from './source/file-source.js';
export { folderFiles } from './source/folder-files.js';
export { type OpenCheckpointOptions, openCheckpoint } from './source/open-checkpoint.js';
export { type OpenFolderOptions, openFolder } from './source/open-folder.js';
export { type ResolvedModel, resolveModel } from './source/resolve-model.js';
