import { parseArgs } from 'node:util';
import { load } from '@internvl/chat/node';
import { clientSnippets, createHandler, pdfReader, serve } from '@internvl/server/node';
import { run } from './run.js';
import { nanoFolder, samplePath } from './shipped.js';

const USAGE = `Usage: demo:server [--model MODEL] [--port N] [--backend cpu|webgpu|cuda]

Serves a model over OpenAI's HTTP interface: the tiny one that comes along, or a folder or Hub id. It runs on the GPU where there is one.`;

await run(async (signal) => {
  const { values } = parseArgs({
    options: {
      model: { type: 'string' },
      port: { type: 'string', default: '8000' },
      backend: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const name = values.model?.split('/').at(-1) || 'nano';
  const chat = await load(values.model ?? nanoFolder, {
    backend: values.backend,
    signal,
    onNote: (note) => console.log(note),
  });
  try {
    const { config, backend, precision } = chat.facts;
    const handler = createHandler({
      models: { [name]: chat },
      readPdf: pdfReader(),
      // No keys, so only this machine's own names are answered to.
      hosts: ['127.0.0.1', 'localhost'],
      log: ({ method, route, status, totalMs, outputTokens }) =>
        console.error(
          `${method} ${route} ${status} ${totalMs} ms${outputTokens ? `, ${outputTokens} tokens` : ''}`,
        ),
    });
    const server = await serve(handler, { port: Number(values.port) });
    const { curl, javascript } = clientSnippets({
      url: server.url,
      model: name,
      question: 'How many shapes are there?',
      image: samplePath('shapes-1.png'),
    });
    console.log(`${config.architecture} on ${backend}, ${precision}, at ${server.url}, with a page to try it. Ctrl-C ends it.

In a shell:

${curl}

In JavaScript, with the package openai:

${javascript}
`);
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve());
    });
    await server.close();
  } finally {
    await chat.dispose();
  }
});
