import type { Location, Result } from 'sarif';
import type { Event, Finding, Frame } from '../../model/index.ts';
import type { FindingGroup } from '../account.ts';
import { advise } from '../advice.ts';
import { printable } from '../printable.ts';
import { ownFrames } from '../stack-view.ts';
import { flowOf, locationOf, plain, stackOf } from './location.ts';

/** The name and version of how our fingerprint is made. */
export const FINGERPRINT_KEY = 'crossfreeFinding/v1';

interface Told {
  event: Event;
  /** `born here: malloc` */
  title: string;
}

/** A group of findings as one result: its story in `codeFlows`, both sides in `stacks`. */
export function resultOf(group: FindingGroup, ruleIndex: number, cwd: string): Result {
  const { finding } = group;
  const told = storyOf(finding);
  const primary = told.at(-1);
  const others = told.slice(0, -1);
  return {
    ruleId: finding.code,
    ruleIndex,
    level: finding.certainty === 'proven' ? 'error' : 'warning',
    kind: 'fail',
    message: { text: plain(messageOf(group)) },
    locations: primary ? [locationOf(placeOf(primary.event), cwd)] : [],
    relatedLocations: others.map(({ event, title }, index) => ({
      id: index + 1,
      ...locationOf(placeOf(event), cwd, title),
    })) satisfies Location[],
    codeFlows: [{ message: { text: plain(finding.message) }, threadFlows: threadFlows(told, cwd) }],
    stacks: told.map(({ event, title }) => stackOf(event, cwd, title)),
    partialFingerprints: { [FINGERPRINT_KEY]: group.fingerprint },
    occurrenceCount: group.count,
    ...(group.known !== undefined && { baselineState: group.known ? 'unchanged' : 'new' }),
    properties: {
      certainty: finding.certainty,
      act: finding.detail.act,
      worlds: finding.worlds,
      block: finding.block,
      runs: group.runs,
    },
  };
}

/** What happened to the block in the order of time; the wrong act is the last. */
function storyOf({ birth, death, detail }: Finding): Told[] {
  const events: [string, Event | undefined][] = [
    ['still live, born here', detail.other?.birth],
    ['the wrong release behind it', detail.cause?.death],
    ['born here', birth],
    ['released first here', detail.released],
    ['died here', death],
  ];
  return events.flatMap(([words, event]) =>
    event ? [{ event, title: event.via === undefined ? words : `${words}: ${printable(event.via)}` }] : [],
  );
}

/** The innermost place of the program's own that has a source file, else the innermost at all. */
function placeOf(event: Event): Frame {
  const own = ownFrames(event.stack);
  return own.find(({ file }) => file !== undefined) ?? own[0] ?? {};
}

function messageOf({ finding, count }: FindingGroup): string {
  const times = count > 1 ? ` (${count} times)` : '';
  const doubt =
    finding.certainty === 'possible'
      ? ` This may be a false positive: ${printable(finding.detail.reason ?? 'the evidence is incomplete')}.`
      : '';
  return `${printable(finding.message)}${times}.${doubt} ${advise(finding, () => undefined)}`;
}

function threadFlows(told: readonly Told[], cwd: string) {
  let order = 1;
  const threads = new Map<number, ReturnType<typeof flowOf>>();
  for (const { event, title } of told) {
    const steps = flowOf(event, cwd, title, order);
    order += steps.length;
    threads.set(event.thread, [...(threads.get(event.thread) ?? []), ...steps]);
  }
  const flows = [...threads].filter(([, locations]) => locations.length > 0);
  // the schema asks for at least one step
  if (flows.length === 0) return [{ locations: [{ location: {} }] }];
  return flows.map(([thread, locations]) => ({ id: `thread ${thread}`, locations }));
}
