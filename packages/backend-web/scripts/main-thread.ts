/** A task that held a page's main thread up, of the trace events that Chromium's DevTools protocol gives. */
interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds. */
  readonly ts: number;
  readonly dur?: number;
  /** Microseconds of processor time. */
  readonly tdur?: number;
  readonly args?: { readonly data?: { readonly message?: string } };
}

/** The session of a page in Chromium's DevTools protocol: of Playwright and of Vitest alike. */
export interface TracingSession {
  send(method: 'Tracing.start', options: object): Promise<unknown>;
  send(method: 'Tracing.end'): Promise<unknown>;
  on(event: 'Tracing.dataCollected', listener: (data: { value: object[] }) => void): unknown;
  once(event: 'Tracing.tracingComplete', listener: () => void): unknown;
}

const [begin, end] = ['internvl: watched from here', 'internvl: watched to here'];

/**
 * How long, in Ms of processor time, a page's main thread was busy with the longest single task of an act: a script with all it
 * called, a layout, a collection of garbage. The long-task entries of the browser measure by the clock, where other programs
 * count too: a machine under load delays any task.
 *
 * @param mark calls `console.timeStamp` with a label in the page, by which its thread is known
 */
export async function longestTaskMs(
  session: TracingSession,
  mark: (label: string) => Promise<unknown> | undefined,
  act: () => Promise<unknown>,
): Promise<number> {
  const events: TraceEvent[] = [];
  session.on('Tracing.dataCollected', ({ value }) => events.push(...(value as TraceEvent[])));
  const complete = new Promise<void>((resolve) => session.once('Tracing.tracingComplete', resolve));
  const includedCategories = ['devtools.timeline', 'disabled-by-default-devtools.timeline'];
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories, excludedCategories: ['*'] },
  });
  await mark(begin);
  await act();
  await mark(end);
  await session.send('Tracing.end');
  await complete;
  return longestOf(events);
}

function longestOf(events: readonly TraceEvent[]): number {
  const marks = [begin, end].map((label) =>
    events.find(({ name, args }) => name === 'TimeStamp' && args?.data?.message === label),
  );
  const [from, to] = marks;
  if (!from || !to) throw new Error('Expected a trace with both marks of the page.');
  const tasks = events.filter(
    ({ name, ph, pid, tid, ts, dur = 0 }) =>
      name === 'RunTask' &&
      ph === 'X' &&
      pid === from.pid &&
      tid === from.tid &&
      ts + dur >= from.ts &&
      ts <= to.ts,
  );
  if (tasks.length === 0) throw new Error('Expected a trace with tasks of the page.');
  return Math.max(...tasks.map(({ tdur = Number.NaN }) => tdur)) / 1000;
}
