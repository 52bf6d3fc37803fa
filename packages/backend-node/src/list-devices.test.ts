import { describe, expect, it } from 'vitest';
import { nodeDevices } from './device.js';
import { listDevices } from './list-devices.js';

describe('listDevices', () => {
  it('says of every device whether it works here, and what to do when not', async () => {
    const reports = await listDevices();
    expect(reports.map(({ device }) => device)).toEqual(nodeDevices);
    expect(reports[0]).toEqual({ device: 'cpu', bundled: true, works: true });
    for (const report of reports) {
      if (!report.works) expect([report.reason, report.remedy]).not.toContain('');
    }
  });
});
