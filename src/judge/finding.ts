import type { Address } from '../evidence/address.ts';
import { keyOf, type Symbols } from '../evidence/address.ts';
import type { CallOrder } from '../evidence/call-order.ts';
import { callAddress, namedFrames } from '../evidence/frames.ts';
import { type Event, FINDING_KINDS, type Finding, type FindingDetail } from '../model/index.ts';
import { causeOf } from './cause.ts';
import { optional, type RawEvent } from './collect.ts';
import type { Draft } from './draft.ts';
import type { RuntimeFunction } from './functions.ts';
import { sentence } from './message.ts';

/** Every address whose name the findings show. */
export function addressesOf(drafts: readonly Draft[]): Address[] {
  const addresses = new Map<string, Address>();
  for (const draft of drafts) {
    for (const event of [draft.birth, draft.death, draft.released, draft.other?.birth]) {
      for (const frame of event?.frames ?? []) {
        const address = callAddress(frame);
        if (address) addresses.set(keyOf(address), address);
      }
    }
  }
  return [...addresses.values()];
}

/** The finding as it is told; `several`: there was more than one process. `drafts`: all of the run. */
export function finish(
  draft: Draft,
  drafts: readonly Draft[],
  symbols: Symbols,
  functions: readonly RuntimeFunction[],
  several: boolean,
  order?: CallOrder,
): Finding {
  const kind = FINDING_KINDS[draft.code];
  const { detail, other, worlds, block } = draft;
  const told = (event: RawEvent | undefined, probable = false): Event | undefined =>
    event && {
      thread: event.thread,
      ...optional('via', functions[event.function]?.shown),
      stack: namedFrames(event.frames, symbols, order),
      ...(probable && { probable }),
    };
  const birth = told(draft.birth, draft.birth?.probable);
  const death = told(draft.death);
  const released = told(draft.released);
  const otherBirth = told(other?.birth);
  const cause = causeOf(draft, drafts);
  const whole: FindingDetail = {
    ...detail,
    ...optional('released', released),
    ...(other && { other: { block: other.block, birth: otherBirth ?? { thread: 0, stack: [] } } }),
    ...(cause && {
      cause: {
        code: cause.draft.code,
        message: messageOf({ ...cause.draft, block: cause.block }, cause.draft.detail, functions),
        block: cause.block,
        on: cause.on,
        ...optional('death', told(cause.draft.death)),
      },
    }),
  };
  return {
    code: draft.code,
    kind,
    certainty: detail.reason === undefined ? 'proven' : 'possible',
    message: messageOf(draft, whole, functions),
    count: draft.count,
    worlds,
    block,
    ...optional('birth', birth),
    ...optional('death', death),
    detail: whole,
    ...optional('releaseSite', draft.releaseSite),
    ...(several && { pid: draft.pid }),
  };
}

function messageOf(
  { code, worlds, block, birth, death }: Draft,
  detail: FindingDetail,
  functions: readonly RuntimeFunction[],
): string {
  const reallocated = functions[death?.function ?? 0]?.kind === 'reallocate';
  return sentence({
    kind: FINDING_KINDS[code],
    worlds,
    block,
    detail,
    reallocated,
    ...optional('birthVia', birth && functions[birth.function]?.shown),
    ...optional('deathVia', death && functions[death.function]?.shown),
  });
}
