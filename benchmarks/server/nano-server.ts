import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Bytes. */
export interface Memory {
  readonly rss: number;
  readonly heapUsed: number;
  readonly external: number;
}

/** A server in a process of its own, so that its clients cost it nothing. */
export class NanoServer {
  readonly url: string;
  readonly backend: string;
  readonly #child: ChildProcess;

  private constructor(
    child: ChildProcess,
    { url, backend }: { readonly url: string; readonly backend: string },
  ) {
    this.#child = child;
    this.url = url;
    this.backend = backend;
  }

  static async start({ running, waiting }: { readonly running: number; readonly waiting: number }) {
    const child = fork(
      fileURLToPath(new URL('serve-nano.ts', import.meta.url)),
      [`${running}`, `${waiting}`],
      {
        execArgv: ['--conditions=@internvl/source', '--import', import.meta.resolve('tsx'), '--expose-gc'],
      },
    );
    child.on('exit', (status, signal) => {
      if (status !== 0) console.error(`the server ended with ${status ?? signal}`);
    });
    const [message] = await once(child, 'message');
    return new NanoServer(child, message);
  }

  async memory(): Promise<Memory> {
    const answered = once(this.#child, 'message');
    this.#child.send('memory');
    const [message] = await answered;
    return message;
  }

  /** What it holds and what it has not answered, for whoever looks for a stall. */
  async state(): Promise<unknown> {
    const answered = once(this.#child, 'message');
    this.#child.send('state');
    const [message] = await answered;
    return message;
  }

  async gauge(name: string): Promise<number> {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    return Number(new RegExp(`^internvl_${name} (\\d+)$`, 'm').exec(text)?.[1]);
  }

  async close(): Promise<void> {
    const closed = once(this.#child, 'close');
    this.#child.send('close');
    await closed;
  }
}
