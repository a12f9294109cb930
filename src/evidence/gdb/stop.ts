import { type DebuggerStop, FINDING_KINDS, type Frame, type SourceLine } from '../../model/index.ts';
import { readSourceFile } from '../source-file.ts';
import { type MiTuple, type MiValue, tuplesOf } from './mi.ts';
import type { Gdb } from './session.ts';

const MOST_FRAMES = 64;
const STACK_WORDS = 16;
const LINES_AROUND = 4;
const INSTRUCTIONS_AROUND = 6;
const LONGEST_VALUE = 400;
const REGISTERS = [
  ...['rax', 'rbx', 'rcx', 'rdx', 'rsi', 'rdi', 'rbp', 'rsp'],
  ...['r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15', 'rip'],
];

/** What is looked at when the program stands still: each part is left out where gdb cannot tell it. */
export async function lookAround(
  gdb: Gdb,
  why: DebuggerStop['why'],
  ours: CodeRanges,
): Promise<DebuggerStop> {
  const code = why === 'finding' ? await findingCode(gdb) : undefined;
  const frames = await framesOf(gdb);
  // at a finding the innermost frames are those of our own runtime
  const own = frames.filter(({ address }) => !ours.has(address));
  const chosen =
    own.find(({ frame }) => frame.line !== undefined && readSourceFile(frame.file ?? '') !== undefined) ??
    own[0] ??
    frames[0];
  if (chosen) await gdb.ask(`-stack-select-frame ${chosen.level}`).catch(() => undefined);
  const registers = await registersOf(gdb);
  return {
    why,
    ...(code !== undefined && { code }),
    thread: await threadOf(gdb),
    ...(chosen && { frame: chosen.frame }),
    stack: own.map(({ frame }) => frame),
    source: chosen ? sourceAround(chosen.frame) : [],
    instructions: await instructionsAround(gdb),
    registers,
    words: await stackWords(gdb),
    locals: await localsOf(gdb),
  };
}

/** Where code of ours lies. */
export class CodeRanges {
  readonly #ranges: { from: bigint; to: bigint }[];

  constructor(ranges: { from: bigint; to: bigint }[] = []) {
    this.#ranges = ranges;
  }

  /** The code of the library at `path`, as gdb lists it. */
  static async of(gdb: Gdb, path: string): Promise<CodeRanges> {
    const { result } = await gdb.ask('-file-list-shared-libraries');
    const ours = tuplesOf(result['shared-libraries']).filter(
      (one) => one['host-name'] === path || one.id === path,
    );
    return new CodeRanges(
      ours.flatMap((one) =>
        tuplesOf(one.ranges).map(({ from, to }) => ({ from: wordOf(from), to: wordOf(to) })),
      ),
    );
  }

  has(address: bigint): boolean {
    return this.#ranges.some(({ from, to }) => address >= from && address < to);
  }
}

interface Level {
  level: string;
  address: bigint;
  frame: Frame;
}

async function framesOf(gdb: Gdb): Promise<Level[]> {
  const { result } = await gdb
    .ask(`-stack-list-frames 0 ${MOST_FRAMES - 1}`)
    .catch(() => ({ result: {} as MiTuple }));
  return tuplesOf(result.stack).map((one) => ({
    level: text(one.level) ?? '0',
    address: wordOf(one.addr),
    frame: frameOf(one),
  }));
}

function frameOf(one: MiTuple): Frame {
  const [name, file, line, module] = [
    text(one.func),
    text(one.fullname) ?? text(one.file),
    Number(one.line),
    text(one.from),
  ];
  return {
    ...(name !== undefined && name !== '??' && { function: name }),
    ...(file !== undefined && { file, ...(line > 0 && { line }) }),
    ...(module !== undefined && { module }),
  };
}

async function findingCode(gdb: Gdb): Promise<string | undefined> {
  const value = await evaluated(gdb, '(int)finding->code');
  const code = `CF${String(value).padStart(3, '0')}`;
  return code in FINDING_KINDS ? code : undefined;
}

async function threadOf(gdb: Gdb): Promise<number> {
  const { result } = await gdb.ask('-thread-info').catch(() => ({ result: {} as MiTuple }));
  return Number(result['current-thread-id']) || 1;
}

/** A value as gdb writes it; undefined where it cannot tell. */
export async function evaluated(gdb: Gdb, expression: string): Promise<string | undefined> {
  try {
    return text((await gdb.ask(`-data-evaluate-expression ${JSON.stringify(expression)}`)).result.value);
  } catch {
    return undefined;
  }
}

/** The registers of the innermost frame are the processor's own; of the chosen one those that are known there. */
async function registersOf(gdb: Gdb): Promise<Record<string, string>> {
  try {
    const names = (await gdb.ask('-data-list-register-names')).result['register-names'];
    if (!Array.isArray(names)) return {};
    const wanted = REGISTERS.map((name) => names.indexOf(name)).filter((index) => index >= 0);
    const { result } = await gdb.ask(`-data-list-register-values --skip-unavailable x ${wanted.join(' ')}`);
    return Object.fromEntries(
      tuplesOf(result['register-values']).flatMap(({ number, value }) => {
        const [name, shown] = [text(names[Number(number)]), text(value)];
        return name === undefined || shown === undefined ? [] : [[name, shown]];
      }),
    );
  } catch {
    return {};
  }
}

async function instructionsAround(gdb: Gdb): Promise<DebuggerStop['instructions']> {
  const pc = await evaluated(gdb, '(unsigned long)$pc');
  for (const range of ['-a $pc', '-s $pc -e "$pc + 48"']) {
    try {
      const { result } = await gdb.ask(`-data-disassemble ${range} -- 0`);
      const all = tuplesOf(result.asm_insns);
      const here = all.findIndex(({ address }) => wordOf(address) === BigInt(pc ?? 0));
      const from = Math.max(0, here - INSTRUCTIONS_AROUND);
      return all.slice(from, from + 2 * INSTRUCTIONS_AROUND + 1).map((one, index) => ({
        address: text(one.address) ?? '',
        text: text(one.inst) ?? '',
        ...(text(one['func-name']) !== undefined && {
          function: `${text(one['func-name'])}+${text(one.offset)}`,
        }),
        ...(from + index === here && { current: true as const }),
      }));
    } catch {
      // no function there, or no memory
    }
  }
  return [];
}

async function stackWords(gdb: Gdb): Promise<DebuggerStop['words']> {
  try {
    const { result } = await gdb.ask(`-data-read-memory-bytes $rsp ${STACK_WORDS * 8}`);
    const [block] = tuplesOf(result.memory);
    const bytes = Buffer.from(text(block?.contents) ?? '', 'hex');
    const start = wordOf(block?.begin);
    const words: DebuggerStop['words'] = [];
    for (let at = 0; at + 8 <= bytes.length; at += 8) {
      const value = bytes.readBigUInt64LE(at);
      // only what may be an address has a name
      const said =
        value > 0xffffn && value < 1n << 47n ? await evaluated(gdb, `(void*)0x${value.toString(16)}`) : '';
      const name = /<([^>]+)>/.exec(said ?? '')?.[1];
      words.push({
        address: `0x${(start + BigInt(at)).toString(16)}`,
        value: `0x${value.toString(16)}`,
        ...(name !== undefined && { name }),
      });
    }
    return words;
  } catch {
    return [];
  }
}

async function localsOf(gdb: Gdb): Promise<DebuggerStop['locals']> {
  try {
    const { result } = await gdb.ask('-stack-list-variables --simple-values');
    return tuplesOf(result.variables).map(({ name, type, value }) => ({
      name: text(name) ?? '',
      ...(text(type) !== undefined && { type: text(type) as string }),
      ...(text(value) !== undefined && { value: (text(value) as string).slice(0, LONGEST_VALUE) }),
    }));
  } catch {
    return [];
  }
}

function sourceAround({ file, line }: Frame): SourceLine[] {
  if (file === undefined || line === undefined) return [];
  const lines = readSourceFile(file)?.lines ?? [];
  const from = Math.max(1, line - LINES_AROUND);
  return lines.slice(from - 1, line + LINES_AROUND).map((one, index) => ({
    line: from + index,
    text: one.slice(0, LONGEST_VALUE),
    ...(from + index === line && { current: true as const }),
  }));
}

function text(value: MiValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function wordOf(value: MiValue | undefined): bigint {
  return typeof value === 'string' && /^(0x[0-9a-f]+|\d+)$/.test(value) ? BigInt(value) : 0n;
}
