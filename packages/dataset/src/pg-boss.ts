export { type PgBossQueueOptions, pgBossQueue } from './queue/pg-boss-queue.js';
