import { readFile } from 'node:fs/promises';

/** Processor time since the machine started, in its own ticks. */
interface Ticks {
  readonly all: number;
  readonly busy: number;
  /** Of the processes that were named. */
  readonly own: number;
}

/** Undefined where the system does not tell (it is read from `/proc`). */
export async function processorTicks(
  processIds: readonly (number | undefined)[],
): Promise<Ticks | undefined> {
  const stat = await readFile('/proc/stat', 'utf8').catch(() => undefined);
  if (stat === undefined) return undefined;
  const numbers = /^cpu +(.*)$/m.exec(stat)?.[1]?.split(' ').map(Number) ?? [];
  const [user = 0, nice = 0, system = 0, idle = 0, waiting = 0, irq = 0, softIrq = 0, stolen = 0] = numbers;
  const busy = user + nice + system + irq + softIrq + stolen;
  let own = 0;
  for (const id of [process.pid, ...processIds]) {
    const line = id === undefined ? '' : await readFile(`/proc/${id}/stat`, 'utf8').catch(() => '');
    const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
    own += Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
  }
  return { all: busy + idle + waiting, busy, own };
}

/** Share of the processors that everybody else took between two readings. */
export function othersShare(before: Ticks | undefined, after: Ticks | undefined): number | undefined {
  if (!before || !after || after.all <= before.all) return undefined;
  const others = after.busy - before.busy - (after.own - before.own);
  return Math.max(0, others / (after.all - before.all));
}
