import { serveWebChat } from '../web.js';
import { pageRuntime } from './page-runtime.js';

/** A worker's program as a page would have it. */
serveWebChat(pageRuntime);
