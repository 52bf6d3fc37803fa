export { fileSource } from './node/file-source.js';
export { glob } from './node/glob.js';
export { type OpenOptions, openSource, openSources } from './node/open-source.js';
export { pairs } from './node/pairs.js';
export { type S3Options, s3List, s3Source } from './node/s3-source.js';
export { type ImageFolderOptions, imageFolder } from './rules/node/image-folder.js';
export { LineFile } from './rules/node/line-file.js';
export { type ValidateInputOptions, validateInputs } from './rules/node/validate-inputs.js';
