import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.js';

/** A real server of its own, in a folder of its own, on a port of its own. */
export interface Service {
  readonly url: string;
  /** Ends the server as a crash does. */
  crash(): Promise<void>;
  /** The same, and starts it again on the same port and data. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** PostgreSQL listens before it takes anyone. */
const READY = 'ready to accept connections';

const demanded = process.env.INTERNVL_REQUIRE_SERVICES === '1';

/** Where a program is, or undefined: then tests that need it are skipped, loudly; where it is demanded, they fail. */
function program(name: string, elsewhere: readonly string[] = []): string | undefined {
  const found = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim();
  return found !== '' ? found : elsewhere.find((path) => existsSync(path));
}

function postgresFolders(): string[] {
  const root = '/usr/lib/postgresql';
  return existsSync(root) ? readdirSync(root).map((version) => join(root, version, 'bin')) : [];
}

function noteMissing(what: string, install: string): void {
  const line = `SKIPPED: no ${what} on this machine, so the tests on a real one do not run (${install})`;
  if (demanded) throw new Error(line);
  console.warn(`\n${'!'.repeat(line.length)}\n${line}\n${'!'.repeat(line.length)}\n`);
}

/** Starts Redis where there is one. */
export function redisAvailable(): boolean {
  if (program('redis-server') !== undefined) return true;
  noteMissing('redis-server', 'apt-get install redis-server');
  return false;
}

export function postgresAvailable(): boolean {
  if (postgresPrograms() !== undefined) return true;
  noteMissing('PostgreSQL', 'apt-get install postgresql');
  return false;
}

function postgresPrograms(): { initdb: string; postgres: string } | undefined {
  const folders = postgresFolders();
  const find = (name: string) =>
    program(
      name,
      folders.map((folder) => join(folder, name)),
    );
  const initdb = find('initdb');
  const postgres = find('postgres');
  return initdb === undefined || postgres === undefined ? undefined : { initdb, postgres };
}

/** Redis with an append-only file, so that a restart keeps its jobs. */
export async function startRedis(): Promise<Service> {
  const directory = mkdtempSync(join(tmpdir(), 'redis-'));
  const port = await freePort();
  const args = [
    '--port',
    `${port}`,
    '--bind',
    '127.0.0.1',
    '--dir',
    directory,
    '--save',
    '',
    '--appendonly',
    'yes',
  ];
  const options = ['--appendfsync', 'always', '--maxmemory-policy', 'noeviction', '--loglevel', 'warning'];
  const start = () => startServer(program('redis-server')!, [...args, ...options], port, {});
  return service(`redis://127.0.0.1:${port}`, directory, start, 'SIGKILL');
}

/** PostgreSQL, which refuses to run as root: there it runs as `postgres` or `nobody`. */
export async function startPostgres(): Promise<Service> {
  const programs = postgresPrograms()!;
  const directory = mkdtempSync(join(tmpdir(), 'postgres-'));
  const port = await freePort();
  const user = process.getuid?.() === 0 ? unprivileged() : undefined;
  if (user !== undefined) chownSync(directory, user.uid, user.gid);
  const data = join(directory, 'data');
  const made = spawnSync(
    programs.initdb,
    [
      '--pgdata',
      data,
      '--username',
      'tester',
      '--auth',
      'trust',
      '--no-sync',
      '--encoding',
      'UTF8',
      '--locale',
      'C',
    ],
    { encoding: 'utf8', cwd: directory, ...user },
  );
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`);
  const args = ['-D', data, '-p', `${port}`, '-c', 'listen_addresses=127.0.0.1', '-k', directory];
  const start = () => startServer(programs.postgres, args, port, { cwd: directory, ...user }, READY);
  // SIGKILL would leave its children behind; SIGQUIT is its own way to crash.
  return service(`postgres://tester@127.0.0.1:${port}/postgres`, directory, start, 'SIGQUIT');
}

function unprivileged(): { uid: number; gid: number } | undefined {
  for (const name of ['postgres', 'nobody']) {
    const ask = (flag: string) =>
      Number(spawnSync('id', [flag, name], { encoding: 'utf8' }).stdout || Number.NaN);
    const [uid, gid] = [ask('-u'), ask('-g')];
    if (Number.isInteger(uid) && Number.isInteger(gid)) return { uid, gid };
  }
  return undefined;
}

async function service(
  url: string,
  directory: string,
  start: () => Promise<ChildProcess>,
  crashSignal: NodeJS.Signals,
): Promise<Service> {
  let child = await start();
  return {
    url,
    crash: () => kill(child, crashSignal),
    async restart() {
      await kill(child, crashSignal);
      child = await start();
    },
    async stop() {
      await kill(child, 'SIGINT');
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function startServer(
  command: string,
  args: readonly string[],
  port: number,
  options: { readonly cwd?: string; readonly uid?: number; readonly gid?: number },
  ready = '',
): Promise<ChildProcess> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk;
  });
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${command} ended: ${said}`);
    if (said.includes(ready) && (await answers(port))) return child;
    await sleep(50);
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** Ends a child of ours and waits for it. */
export async function kill(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await ended;
}
