import { expect, test, vi } from 'vitest';
import { bullmqQueue } from '../bullmq.js';
import { pgBossQueue } from '../pg-boss.js';

vi.mock('ioredis', () => {
  throw new Error('Cannot find package');
});
vi.mock('pg-boss', () => {
  throw new Error('Cannot find package');
});

test('a package that is not installed is named, with what to type', async () => {
  await expect(bullmqQueue('redis://127.0.0.1', { name: 'q' })).rejects.toMatchObject({
    code: 'bullmq-missing',
    message: expect.stringContaining('npm install bullmq ioredis'),
  });
  await expect(pgBossQueue('postgres://127.0.0.1/q', { name: 'q' })).rejects.toMatchObject({
    code: 'pg-boss-missing',
    message: expect.stringContaining('npm install pg-boss'),
  });
});
