// The worker's entry where packages run from source: tsx cannot be handed to a worker on the command line.
import { register } from 'tsx/esm/api';

register();
await import('./pdf-worker.ts');
