import type { Address } from '../evidence/address.ts';
import { keyOf, type Symbols } from '../evidence/address.ts';
import { callAddress, namedFrames } from '../evidence/frames.ts';
import { type Event, FINDING_KINDS, type Finding } from '../model/index.ts';
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

/** The finding as it is told; `several`: there was more than one process. */
export function finish(
  draft: Draft,
  symbols: Symbols,
  functions: readonly RuntimeFunction[],
  several: boolean,
): Finding {
  const kind = FINDING_KINDS[draft.code];
  const { detail, other, worlds, block } = draft;
  const told = (event: RawEvent | undefined, probable = false): Event | undefined =>
    event && {
      thread: event.thread,
      ...optional('via', functions[event.function]?.shown),
      stack: namedFrames(event.frames, symbols),
      ...(probable && { probable }),
    };
  const birth = told(draft.birth, draft.birth?.probable);
  const death = told(draft.death);
  const released = told(draft.released);
  const otherBirth = told(other?.birth);
  const whole = {
    ...detail,
    ...optional('released', released),
    ...(other && { other: { block: other.block, birth: otherBirth ?? { thread: 0, stack: [] } } }),
  };
  return {
    code: draft.code,
    kind,
    certainty: detail.reason === undefined ? 'proven' : 'possible',
    message: sentence({
      kind,
      worlds,
      block,
      detail: whole,
      reallocated: functions[draft.death?.function ?? 0]?.kind === 'reallocate',
      ...optional('birthVia', birth?.via),
      ...optional('deathVia', death?.via),
    }),
    count: draft.count,
    worlds,
    block,
    ...optional('birth', birth),
    ...optional('death', death),
    detail: whole,
    ...(several && { pid: draft.pid }),
  };
}
