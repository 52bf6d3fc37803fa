/** A chat completion to ask for, without `stream`. */
export interface Asked {
  readonly name: string;
  readonly body: object;
}

/** How a request ended. */
export interface Ended {
  readonly status: number;
  readonly text: string;
  readonly outputTokens: number;
  readonly firstTokenMs: number;
  readonly totalMs: number;
  readonly retryAfterMs: number | undefined;
}

/** Asks in a stream; with `leaveAfter`, hangs up when so many pieces have come. */
export async function ask(
  url: string,
  { body }: Asked,
  leaveAfter = Number.POSITIVE_INFINITY,
): Promise<Ended> {
  const controller = new AbortController();
  const start = performance.now();
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...body, stream: true, stream_options: { include_usage: true } }),
    signal: controller.signal,
  });
  const retryAfter = response.headers.get('retry-after');
  const ended = {
    status: response.status,
    text: '',
    outputTokens: 0,
    firstTokenMs: 0,
    totalMs: 0,
    retryAfterMs: retryAfter === null ? undefined : Number(retryAfter) * 1000,
  };
  if (!response.ok || response.body === null) {
    await response.text();
    return { ...ended, totalMs: performance.now() - start };
  }
  let rest = '';
  let pieces = 0;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const events = (rest + value).split('\n\n');
    rest = events.pop() ?? '';
    for (const event of events) {
      const data = event.slice('data: '.length);
      if (data === '[DONE]') return { ...ended, totalMs: performance.now() - start };
      const { error, choices, usage } = JSON.parse(data);
      if (error) throw new Error(`the stream ended with ${error.code}`);
      const content = choices[0]?.delta.content ?? '';
      if (content !== '' && ended.text === '') ended.firstTokenMs = performance.now() - start;
      ended.text += content;
      ended.outputTokens = usage?.completion_tokens ?? ended.outputTokens;
      if (++pieces >= leaveAfter) {
        controller.abort();
        return { ...ended, status: 499, totalMs: performance.now() - start };
      }
    }
  }
  throw new Error('the stream ended without [DONE]');
}

/** Runs tasks with so many at once. */
export async function atOnce<T>(
  clients: number,
  tasks: readonly T[],
  run: (task: T, index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const client = async () => {
    while (next < tasks.length) {
      const index = next++;
      await run(tasks[index]!, index);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
}
