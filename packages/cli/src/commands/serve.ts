import { basename } from 'node:path';
import type { Chat } from '@internvl/chat';
import {
  clientSnippets,
  createHandler,
  imageFetcher,
  serve as listen,
  pdfReader,
} from '@internvl/server/node';
import { defineCommand } from '../command.js';
import { globalOptions, runtimeOptions } from '../options/common-options.js';
import { generationOptions } from '../options/generation-options.js';
import { defaultsOf, KEY_VARIABLE, servingOf, servingOptions } from '../options/serving-options.js';
import { tileOptions } from '../options/tile-options.js';
import type { Output } from '../terminal/output.js';
import { loadModel } from './asked.js';

const options = {
  ...servingOptions,
  ...generationOptions,
  ...tileOptions,
  ...runtimeOptions,
  ...globalOptions,
} as const;

/** Names of this machine for itself. */
const LOOPBACK: readonly string[] = ['127.0.0.1', 'localhost', '[::1]'];

export const serve = defineCommand({
  usage: 'serve MODEL [--port N]',
  summary: `Serves a model over OpenAI's HTTP interface, and a page to try it. Keys come from ${KEY_VARIABLE}, separated by commas; Ctrl-C lets answers finish; SIGHUP loads the model again.`,
  options,
  async run({ options, positionals, surroundings, output, signal }) {
    const hostname = options.text('host') ?? '127.0.0.1';
    const port = options.number('port', { least: 0, most: 65535, whole: true });
    const serving = servingOf(options, surroundings.env);
    if (!serving.keys && !isLoopback(hostname)) {
      output.note(`note: everybody who reaches ${hostname} may ask; set ${KEY_VARIABLE} to want a key.`);
    }
    const defaults = defaultsOf(options);
    const graceMs = (options.number('grace', { least: 0 }) ?? 30) * 1000;
    const name = options.text('name') ?? modelName(positionals[0] ?? '');
    const hosts = options.texts('image-host');
    const chats = new Set<Chat>();
    // Answers that the server makes at once run together in the model, however many they are.
    const together = { parallelAnswers: serving.running };
    const load = async () => {
      const chat = await loadModel('serve', positionals, options, surroundings, output, together);
      chats.add(chat);
      return chat;
    };
    try {
      const handler = createHandler({
        ...serving,
        models: { [name]: await load() },
        defaults,
        ...(hosts.length > 0 && { fetchImage: imageFetcher({ hosts: hosts.includes('*') ? '*' : hosts }) }),
        readPdf: pdfReader(),
        ...(!serving.keys && isLoopback(hostname) && { hosts: LOOPBACK }),
        log: (entry) => output.note(JSON.stringify(entry)),
      });
      const server = await listen(handler, { port, hostname });
      const reload = async () => {
        output.note('Loading the model again; requests go on meanwhile.');
        const former = await handler.replace(name, await load());
        if (former) chats.delete(former);
        await former?.dispose();
        output.note('The model was loaded again.');
      };
      // One after the other: two new models beside the one that answers are one too many.
      let reloading = Promise.resolve();
      const onHangUp = () => {
        reloading = reloading
          .then(reload)
          .catch((error) => output.note(`note: the model stays as it was: ${String(error)}`));
      };
      process.on('SIGHUP', onHangUp);
      try {
        greet(server.url, name, serving.keys !== undefined, output);
        await aborted(signal);
        output.note('Closing; answers may finish. Ctrl-C again does not wait.');
        await server.close({ graceMs });
      } finally {
        process.off('SIGHUP', onHangUp);
        await reloading;
      }
    } finally {
      for (const chat of chats) await chat.dispose();
    }
    return 0;
  },
});

function isLoopback(hostname: string): boolean {
  return LOOPBACK.includes(hostname) || hostname === '::1' || hostname.startsWith('127.');
}

/** `OpenGVLab/InternVL2-1B@main` is served as `InternVL2-1B`. */
function modelName(model: string): string {
  return basename(model).replace(/@.*$/, '') || 'model';
}

/** Where the server is, and how to ask it. */
function greet(url: string, model: string, guarded: boolean, output: Output): void {
  const { curl, javascript } = clientSnippets({
    url,
    model,
    question: 'Hello! Who are you?',
    ...(guarded && { keyVariable: KEY_VARIABLE }),
  });
  output.result(
    { url, model, curl, javascript },
    `${url} serves ${model}, with a page to try it. Ctrl-C ends it.\n\nIn a shell:\n\n${curl}\n\nIn JavaScript, with the package openai:\n\n${javascript}\n`,
  );
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
