import { expect, test } from 'vitest';
import { freeBytesOf, freeMemory } from './free-memory.js';

test('is what the machine has where nothing limits the process', () => {
  expect(freeBytesOf({ free: 1000, available: 1000 })).toBe(1000);
  expect(freeBytesOf({ free: 1000, available: 1e19, statistics: 'inactive_file 5' })).toBe(1000);
});

test('is what a limit leaves, and pages of files that are given up', () => {
  const statistics = 'anon 700\nfile 290\nactive_file 200\ninactive_file 50\n';
  expect(freeBytesOf({ free: 9000, available: 100, statistics })).toBe(350);
  expect(freeBytesOf({ free: 9000, available: 100 })).toBe(100);
  const older = 'inactive_file 1\nactive_file 2\ntotal_inactive_file 30\ntotal_active_file 40\n';
  expect(freeBytesOf({ free: 9000, available: 100, statistics: older })).toBe(170);
  expect(freeBytesOf({ free: 120, available: 100, statistics })).toBe(120);
});

test('reads this machine', async () => {
  expect(await freeMemory()).toBeGreaterThan(2 ** 20);
});
