import type { Event, EvidenceSource, Frame } from '../../model/index.ts';
import { type Complaint, MOST_COMPLAINTS, MOST_FRAMES, type Testimony } from '../testimony.ts';
import { textLines } from '../text-lines.ts';
import { sanitizerFrame } from './frame.ts';
import { codeOf, kindOf, SIGNALS } from './kinds.ts';

const HEAD = /^(?:==\d+==)?(?:ERROR|WARNING): (Address|HWAddress|Thread|Memory|Leak)Sanitizer: (.{1,4000})$/;
const UNDEFINED = /^(.{1,1000}?):(\d{1,9}):(\d{1,9}): runtime error: (.{1,4000})$/;
const LEAK = /^(Direct|Indirect) leak of (\d{1,15}) byte/;
const REGION =
  /^(0x[0-9a-f]{1,16}) is located (\d{1,15}) bytes (inside of|to the right of|to the left of|after|before) (\d{1,15})-byte region \[(0x[0-9a-f]{1,16}),/;
const ACCESS =
  /^\s*(READ|WRITE|Read|Write|Previous read|Previous write|Atomic \w+) of size (\d{1,10}) at (0x[0-9a-f]+)/i;
const SOURCES: Record<string, EvidenceSource> = {
  Address: 'asan',
  HWAddress: 'asan',
  Thread: 'tsan',
  Memory: 'msan',
  Leak: 'lsan',
};

type Role = 'act' | 'birth' | 'released' | 'previous' | 'none';

/** One report while its lines come in. */
interface Draft {
  source: EvidenceSource;
  tool: string;
  sentence: string;
  stacks: Record<Role, Frame[]>;
  role: Role;
  write: boolean;
  access?: { kind: 'read' | 'write'; size?: number; address?: string };
  block?: { address: string; size: number };
  position?: string;
  offset?: number;
  done: boolean;
}

/** The testimonies of each sanitizer that reports in this text. */
export function readSanitizers(text: string): Testimony[] {
  const drafts: Draft[] = [];
  let open: Draft | undefined;
  const begin = (source: EvidenceSource, tool: string, sentence: string) => {
    const stacks = { act: [], birth: [], released: [], previous: [], none: [] };
    open = { source, tool, sentence, stacks, role: 'act', write: false, done: false };
    if (drafts.length < MOST_COMPLAINTS) drafts.push(open);
  };
  for (const line of textLines(text)) {
    const head = HEAD.exec(line);
    const undefinedBehaviour = head ? undefined : UNDEFINED.exec(line);
    if (head) {
      const name = head[1] ?? '';
      begin(SOURCES[name] ?? 'asan', `${name}Sanitizer`, head[2] ?? '');
    } else if (undefinedBehaviour) {
      const [, file = '', at, column, said = ''] = undefinedBehaviour;
      begin('ubsan', 'UndefinedBehaviorSanitizer', said);
      open?.stacks.none.push({ file, line: Number(at), column: Number(column) });
    } else if (open) {
      if (LEAK.test(line)) begin('lsan', 'LeakSanitizer', line.trim());
      take(open, line);
      if (open.done) open = undefined;
    }
  }
  const sources = [...new Set(drafts.map((draft) => draft.source))];
  return sources.map((source) =>
    testimony(
      source,
      drafts.filter((draft) => draft.source === source),
    ),
  );
}

function take(draft: Draft, line: string): void {
  const frame = sanitizerFrame(line);
  if (frame) {
    const stack = draft.stacks[draft.role];
    if (stack.length < MOST_FRAMES) stack.push(frame);
    return;
  }
  const text = line.trim();
  const access = ACCESS.exec(line);
  const region = REGION.exec(line);
  if (access) {
    const [, kind = '', size, address = ''] = access;
    if (/^previous/i.test(kind)) draft.role = 'previous';
    else {
      draft.write = /write/i.test(kind);
      draft.access = { kind: draft.write ? 'write' : 'read', size: Number(size), address };
    }
  } else if (region) {
    const [, , offset, where = '', size, address = ''] = region;
    draft.block = { address, size: Number(size) };
    draft.position = /left|before/.test(where) ? 'before' : /inside/.test(where) ? 'inside' : 'after';
    draft.offset = Number(offset);
  } else if (/caused by a (WRITE|READ) memory access/.test(text)) {
    draft.access = { kind: text.includes('WRITE') ? 'write' : 'read' };
  } else if (/^freed by thread/.test(text)) draft.role = 'released';
  else if (/^(previously )?allocated by thread/.test(text)) draft.role = 'birth';
  else if (/^(Thread T\d+|Location is|Mutex |Shadow bytes|Uninitialized value was|HINT)/.test(text))
    draft.role = 'none';
  else if (text.startsWith('SUMMARY: ')) draft.done = true;
}

function testimony(source: EvidenceSource, drafts: Draft[]): Testimony {
  const told: Testimony = {
    source,
    tool: drafts[0]?.tool ?? source,
    complete: drafts.every((draft) => draft.done || draft.source === 'ubsan' || draft.source === 'lsan'),
    complaints: [],
    flags: [],
  };
  for (const draft of drafts) {
    const kind = kindOf(draft.sentence);
    const signal = source === 'asan' || source === 'ubsan' ? SIGNALS[kind] : undefined;
    if (signal && !told.fault) {
      const address = /address (0x[0-9a-f]{1,16})/.exec(draft.sentence)?.[1];
      told.outcome = { kind: 'signal', signal };
      told.fault = {
        signal,
        ...(address && { address }),
        ...(draft.access && { access: draft.access.kind }),
        stack: draft.stacks.act,
      };
    } else if (!/^detected memory leaks/.test(draft.sentence)) told.complaints.push(complaint(draft, kind));
  }
  return told;
}

function complaint(draft: Draft, kind: string): Complaint {
  const { stacks, source } = draft;
  const leak = LEAK.exec(draft.sentence);
  const code = leak ? 'CF012' : source === 'ubsan' ? 'CF015' : codeOf(kind, draft.write, draft.position);
  const size = leak ? Number(leak[2]) : draft.block?.size;
  const act = stacks.act.length > 0 ? stacks.act : stacks.none;
  const event = (stack: Frame[]): Event => ({ thread: 1, stack });
  return {
    tool: draft.tool,
    kind: leak ? 'leak' : source === 'ubsan' ? 'undefined behaviour' : kind,
    message: draft.sentence.replace(/ \(pc 0x.*$/, '').replace(/ at pc 0x.*$/, ''),
    ...(code && { code, certainty: 'proven' as const }),
    block: { ...(draft.block && { address: draft.block.address }), ...(size !== undefined && { size }) },
    ...(leak ? { birth: event(act) } : { act: event(act) }),
    ...(stacks.birth.length > 0 && { birth: event(stacks.birth) }),
    detail: {
      ...(draft.access && { access: draft.access }),
      ...(draft.offset !== undefined && { offset: draft.offset }),
      ...(stacks.released.length > 0 && { released: event(stacks.released) }),
      ...(stacks.previous.length > 0 && { previous: event(stacks.previous) }),
    },
  };
}
