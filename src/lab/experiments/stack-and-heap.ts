import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type MiTuple, tuplesOf } from '../../evidence/gdb/mi.ts';
import { Gdb } from '../../evidence/gdb/session.ts';
import { check, notMeasurable } from '../answer.ts';
import { compile } from '../compile.ts';
import { type Answer, type Claim, lacks, measured, type PageBlock, type Workbench } from '../experiment.ts';

const NAME = 'stack-and-heap';
const STEPS = {
  stack: ['before the store', 'after the store'],
  heap: ['before the loop', 'during the loop', 'after the loop', 'after free'],
} as const;
const REGISTERS = ['rip', 'rsp', 'rbp', 'rax', 'rdi'];
/** What stands at the stack pointer: so many words. */
const WORDS = 8;
/** What glibc writes into a block that it takes back: two words. */
const FIRST_WORDS = 16;

const CLAIMS = [
  { id: 'after-free', source: 'C', claimed: 'after free only the first words change' },
  { id: 'rust-string', source: 'crossfree', claimed: 'and so with the bytes of a Rust String' },
  { id: 'stack', source: 'crossfree', claimed: 'a store to a local changes its own word of the stack' },
] as const satisfies Claim[];

/** What gdb saw at one step. */
export interface Stop {
  step: string;
  line: string;
  registers: Record<string, string>;
  /** The words from the stack pointer of the function on. */
  stack: string[];
  /** The value's own bytes, as hexadecimal digits. */
  bytes: string;
}

/** One program, step by step. */
export interface Story {
  program: string;
  language: 'C' | 'Rust';
  place: keyof typeof STEPS;
  address: string;
  stops: Stop[];
  /** The function that works on the value, line by line with its instructions. */
  disassembly: string[];
}

export const experiment = measured<Story[]>({
  id: NAME,
  title: 'A value on the stack and on the heap, step by step in gdb',
  needs: ['gcc', 'gdb'],
  uses: ['rustc'],
  claims: CLAIMS,
  async measure(bench) {
    const stories: Story[] = [];
    for (const [language, compiler] of Object.entries(COMPILERS)) {
      if (language === 'Rust' && lacks(bench, 'rustc')) continue;
      const suffix = language === 'C' ? 'c' : 'rs';
      const source = join(bench.specimens, `${NAME}.${suffix}`);
      const path = join(bench.directory, `${NAME}-${suffix}`);
      await compile(compiler, source, path);
      for (const place of ['stack', 'heap'] as const)
        stories.push(await tell(bench, { path, source, language: language as Story['language'], place }));
    }
    return stories;
  },
  answersOf,
  pageOf,
});

const COMPILERS: Record<Story['language'], readonly [string, ...string[]]> = {
  C: ['gcc', '-O1', '-g', '-fno-builtin-malloc', '-fno-builtin-free'],
  Rust: ['rustc', '--edition', '2021', '-O', '-g', '-A', 'warnings'],
};

const NAMES: Record<Story['language'], Record<Story['place'], string>> = {
  C: { stack: 'a stack variable', heap: 'a heap array' },
  Rust: { stack: 'an integer', heap: 'a String' },
};

async function tell(
  bench: Workbench,
  { path, source, language, place }: Pick<Story, 'language' | 'place'> & { path: string; source: string },
): Promise<Story> {
  const program = `${language}, ${NAMES[language][place]}`;
  bench.progress(`gdb: ${program}`);
  const gdb = new Gdb([path], bench.directory);
  try {
    await gdb.ask('-gdb-set language c');
    await gdb.ask('-gdb-set inferior-tty /dev/null');
    await gdb.ask(`-exec-arguments ${place}`);
    await gdb.ask('-break-insert step');
    const story: Story = { program, language, place, address: '', stops: [], disassembly: [] };
    let stop = await gdb.go('-exec-run');
    for (const step of STEPS[place]) {
      if (stop.reason !== 'breakpoint-hit') throw new Error(`${program}: gdb did not come to: ${step}`);
      if (story.address === '') story.address = hexOf(await value(gdb, '(unsigned long)watched'));
      story.stops.push(await lookAt(gdb, step, story.address));
      if (story.disassembly.length === 0) story.disassembly = await disassembly(gdb, source);
      stop = await gdb.go('-exec-continue');
    }
    return story;
  } finally {
    gdb.close();
  }
}

async function value(gdb: Gdb, expression: string): Promise<string> {
  return String((await gdb.ask(`-data-evaluate-expression "${expression}"`)).result.value);
}

const hexOf = (decimal: string) => `0x${BigInt(decimal).toString(16)}`;

async function lookAt(gdb: Gdb, step: string, address: string): Promise<Stop> {
  await gdb.ask('-stack-select-frame 1');
  const frame = (await gdb.ask('-stack-info-frame')).result.frame as MiTuple;
  const registers: Record<string, string> = {};
  for (const name of REGISTERS)
    registers[name] = hexOf((await value(gdb, `(unsigned long)$${name}`)).split(' ')[0] ?? '0');
  const size = await value(gdb, '(unsigned long)watched_size');
  return {
    step,
    line: `${String(frame.func)}:${String(frame.line)}`,
    registers,
    stack: wordsOf(await memory(gdb, registers.rsp ?? '0x0', WORDS * 8)),
    bytes: await memory(gdb, address, Number(size)),
  };
}

async function memory(gdb: Gdb, address: string, size: number): Promise<string> {
  const { result } = await gdb.ask(`-data-read-memory-bytes ${address} ${size}`);
  return String(tuplesOf(result.memory)[0]?.contents ?? '');
}

/** Little-endian words of a run of bytes. */
function wordsOf(bytes: string): string[] {
  return (bytes.match(/.{16}/g) ?? []).map((word) => `0x${(word.match(/../g) ?? []).reverse().join('')}`);
}

/** The function, each line of the specimen's above its instructions; of other files the number alone. */
async function disassembly(gdb: Gdb, source: string): Promise<string[]> {
  const text = readFileSync(source, 'utf8').split('\n');
  const { result } = await gdb.ask('-data-disassemble -a $pc -- 5');
  return tuplesOf(result.asm_insns).flatMap(({ line, fullname, line_asm_insn }) => {
    const instructions = tuplesOf(line_asm_insn);
    if (instructions.length === 0) return [];
    const here = fullname === source ? (text[Number(line) - 1] ?? '').trim() : basename(String(fullname));
    return [
      `${String(line).padStart(4)}  ${here}`,
      ...instructions.map(({ address, inst }) => `        ${String(address)}  ${String(inst).trim()}`),
    ];
  });
}

/** The bytes, counted from the value's start, that differ between two steps. */
export function changed({ stops }: Story, from: string, to: string): number[] {
  const of = (step: string) => stops.find((stop) => stop.step === step)?.bytes.match(/../g) ?? [];
  const after = of(to);
  return of(from).flatMap((byte, index) => (byte === after[index] ? [] : [index]));
}

/** What the stories say to each claim. */
export function answersOf(stories: Story[]): Record<(typeof CLAIMS)[number]['id'], Answer> {
  const freed = (language: Story['language'], why: string): Answer => {
    const story = stories.find((one) => one.language === language && one.place === 'heap');
    if (story === undefined) return notMeasurable(`there is no ${language} compiler`);
    const bytes = changed(story, 'after the loop', 'after free');
    const size = (story.stops[0]?.bytes.length ?? 0) / 2;
    return check(
      bytes.length > 0 && Math.max(...bytes) < FIRST_WORDS,
      `of ${size} bytes those from ${bytes[0] ?? '-'} to ${bytes.at(-1) ?? '-'} changed`,
      why,
    );
  };
  const locals = stories.filter(({ place }) => place === 'stack');
  return {
    'after-free': freed(
      'C',
      'glibc keeps the list of released blocks, and a mark against double frees, in their first two words',
    ),
    'rust-string': freed('Rust', 'dropping a String ends in the same free'),
    stack: check(
      locals.length > 0 && locals.every((story) => stackWords(story).join() === '1'),
      locals.map((story) => `${story.program}: words that changed: ${stackWords(story).join()}`),
      'the local lies in the frame of its function, just above the stack pointer',
    ),
  };
}

/** How many of the words at the stack pointer changed, the value's own counted only. */
function stackWords(story: Story): number[] {
  const [before, after] = story.stops;
  if (!before || !after) return [0];
  const start = BigInt(before.registers.rsp ?? '0');
  const own = before.stack.filter(
    (word, index) => word !== after.stack[index] && start + BigInt(index * 8) === BigInt(story.address),
  );
  const others = before.stack.filter((word, index) => word !== after.stack[index]).length - own.length;
  return others === 0 ? [own.length] : [own.length, others];
}

/** The page that a person reads. */
export function pageOf(stories: Story[]): PageBlock[] {
  return stories.flatMap(({ program, address, stops, disassembly: lines }): PageBlock[] => [
    {
      kind: 'table',
      header: [program, 'line', ...REGISTERS.slice(0, 3), 'the value'],
      rows: stops.map(({ step, line, registers, bytes }) => [
        step,
        line,
        ...REGISTERS.slice(0, 3).map((name) => registers[name] ?? ''),
        bytes.replace(/.{8}(?=.)/g, '$& '),
      ]),
    },
    {
      kind: 'figure',
      title: `${program}: the value at ${address}; what stands at the stack pointer, and the code`,
      lines: [
        ...stops.map(({ step, stack }) => `${step.padEnd(17)} ${stack.slice(0, 4).join(' ')}`),
        ...lines,
      ],
    },
  ]);
}
