import type { Complaint } from '../../evidence/testimony.ts';
import { FINDING_KINDS, type Finding, type FindingCode } from '../../model/index.ts';

/** A complaint as a finding; undefined where it proves none of ours. */
export function findingOf(complaint: Complaint): Finding | undefined {
  const { code, block, act, birth, detail, worlds } = complaint;
  if (!code) return undefined;
  return {
    code,
    kind: FINDING_KINDS[code],
    certainty: complaint.certainty ?? 'possible',
    message: sentence(code, complaint),
    count: 1,
    worlds: worlds ?? {},
    block: { ...block, address: block?.address ?? '' },
    ...(birth && { birth }),
    ...(act && { death: act }),
    detail: { act: 'performed', reportedBy: complaint.tool, ...detail },
  };
}

const ACTS: Record<FindingCode, string> = {
  CF001: 'was released by another family of functions than the one that made it',
  CF002: 'was released after it had been released',
  CF003: 'was released, but is no block that was handed out',
  CF004: 'was released with another size than it has',
  CF007: 'was written to after its release',
  CF008: 'was read after its release',
  CF009: 'was overrun: bytes past its end were touched',
  CF010: 'was underrun: bytes before its start were touched',
  CF011: 'overlaps a live block',
  CF012: 'was never released, and nothing points to it any more',
  CF013: 'held a value that nobody had written, and it mattered',
  CF014: 'was touched by two threads without order',
  CF015: 'was used in a way that the language gives no meaning to',
};

function sentence(code: FindingCode, { tool, message, block }: Complaint): string {
  if (code === 'CF013' || code === 'CF014' || code === 'CF015') return `${tool}: ${message}`;
  const what = block?.size === undefined ? 'memory' : `a ${block.size}-byte block`;
  return `${what} ${ACTS[code]} (${tool}: ${message})`;
}
