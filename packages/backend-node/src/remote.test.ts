import { conformanceCases } from '@internvl/backend/conformance';
import { remoteBackend } from '@internvl/backend/remote';
import { afterAll, describe, expect, it } from 'vitest';
import { nodeBackend } from './node-backend.js';
import { serveInference } from './testing/inference/serve-inference.js';

/*
 * The whole kit over the wire: each model is sent to a server of the protocol, which runs it on onnxruntime-node.
 */

describe('a remote backend, over HTTP', async () => {
  const service = await serveInference({ backend: await nodeBackend({ device: 'cpu', fallback: 'none' }) });
  const backend = await remoteBackend({ url: service.url });
  afterAll(() => service.close());
  for (const { name, run } of conformanceCases) it(name, () => run(backend));

  it('leaves nothing on the server', () => {
    expect(backend.name).toBe('remote:triton');
    expect(service.requests.filter((request) => request.endsWith('/infer')).length).toBeGreaterThan(80);
    expect(service.models()).toEqual([]);
  });

  it('says that the server is gone', async () => {
    const other = await serveInference({ backend: await nodeBackend({ device: 'cpu', fallback: 'none' }) });
    const leaving = await remoteBackend({ url: other.url, retries: 0 });
    await other.close();
    await expect(leaving.load({ path: 'vision' })).rejects.toMatchObject({ code: 'network' });
  });
});
