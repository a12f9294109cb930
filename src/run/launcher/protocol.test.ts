import { expect, it } from 'vitest';
import { encodeJob, REPORT, ReportReader } from './protocol.ts';

function report(out: string, dropped = 0): Buffer {
  const bytes = Buffer.alloc(REPORT.size + out.length);
  bytes.writeUInt32LE(0x524c4643, REPORT.magic);
  bytes.writeUInt16LE(1, REPORT.version);
  bytes.writeUInt16LE(1, REPORT.kind);
  bytes.writeUInt32LE(out.length, REPORT.length);
  bytes.writeBigUInt64LE(BigInt(out.length + dropped), REPORT.total);
  bytes.writeUInt32LE(out.length, REPORT.head);
  bytes.write(out, REPORT.size);
  return bytes;
}

it('puts reports together from pieces of any size', () => {
  const bytes = Buffer.concat([report('first', 7), report('')]);
  for (const size of [1, 7, 105, bytes.length]) {
    const reader = new ReportReader();
    const reports = [];
    for (let at = 0; at < bytes.length; at += size)
      reports.push(...reader.push(bytes.subarray(at, at + size)));
    expect(reports.map(({ stdout }) => [stdout.head.toString(), stdout.dropped])).toEqual([
      ['first', 7],
      ['', 0],
    ]);
  }
});

it.each([
  ['another magic number', REPORT.magic, 'no report begins here'],
  ['another version', REPORT.version, 'version 255'],
  ['an unknown kind', REPORT.kind, 'unknown kind'],
  ['more output than it holds', REPORT.head, 'less output than it says'],
])('refuses %s', (_what, at, why) => {
  const bytes = report('x');
  bytes[at] = 0xff;
  expect(() => new ReportReader().push(bytes)).toThrow(why);
});

it('refuses words that no program can be given', () => {
  const job = { executable: 'a', directory: '/', arguments: ['a\0b'], environment: {}, limits: {} };
  expect(() => encodeJob(1, job)).toThrow('zero byte');
});
