import type { Frame } from '../../model/index.ts';
import type { Complaint } from '../testimony.ts';
import type { FoundFlag } from './red-flags.ts';

/** What the last words of an allocator or runtime prove, done where `stack` stands, where that is known. */
export function flagComplaints(flag: FoundFlag, stack?: Frame[]): Complaint[] {
  const { finding } = flag.rule;
  if (!finding) return [];
  return [
    {
      tool: flag.by,
      kind: flag.name,
      message: flag.said,
      code: finding.code,
      certainty: finding.certainty,
      ...(stack && { act: { thread: 1, stack } }),
      detail: finding.reason === undefined ? {} : { reason: finding.reason },
    },
  ];
}
