import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCore } from '../../evidence/core/read-core.ts';
import { Gdb } from '../../evidence/gdb/session.ts';
import { NoEvidence, readEvidence } from '../../evidence/read-evidence.ts';
import { judgeAutopsy } from '../../judge/autopsy/autopsy.ts';
import type { Autopsy } from '../../model/index.ts';
import { renderAutopsy } from '../../report/autopsy.ts';
import { check, notMeasurable } from '../answer.ts';
import { bareAllocators, runOn } from '../bare-allocators.ts';
import { compile } from '../compile.ts';
import { type Answer, type Claim, measured, type PageBlock, type Workbench } from '../experiment.ts';
import { outcomeText } from '../outcome-text.ts';

/** What the specimen is told, and the sentence of glibc's that it is to bring about. */
const SENTENCES = {
  pointer: 'free(): invalid pointer',
  twice: 'free(): double free detected in tcache',
  corruption: 'double free or corruption',
  top: 'malloc(): corrupted top size',
  mapped: 'munmap_chunk(): invalid pointer',
  sizes: 'corrupted size vs. prev_size',
} as const;
const MARK = '// the fault';
/** The specimen's own calls, innermost first. */
const CALLS = ['inner', 'middle', 'main'];

const CLAIMS = [
  {
    id: 'backtrace',
    source: 'A',
    claimed: '`bt full` on a core dump shows the call that failed, with its line',
  },
  { id: 'instruction', source: 'A', claimed: 'the instruction and the registers explain the fault' },
  { id: 'stack', source: 'A', claimed: '`x/32gx $rsp` shows where the functions return to' },
  { id: 'flags', source: 'A', claimed: Object.values(SENTENCES) },
  { id: 'explained', source: 'crossfree', claimed: 'each of these sentences has an explanation' },
] as const satisfies Claim[];

/** What gdb tells of the core, and what crossfree makes of that. */
export interface Post {
  autopsy: Autopsy;
  /** The line of the source that is marked. */
  line: number;
  /** What gdb wrote, by its command. */
  told: Record<string, string>;
  /** Where the caller of the failed function goes on. */
  returnsTo: string;
}

/** One run that ended badly. */
export interface Ended {
  allocator: string;
  what: string;
  outcome: string;
  said: string;
  /** The red flags in what was said, by name. */
  flags: string[];
}

export interface Measurement {
  post: Post;
  ended: Ended[];
}

export const experiment = measured<Measurement>({
  id: 'autopsy',
  title: 'A core dump, and the last words of allocators',
  needs: ['gcc', 'gdb'],
  uses: [],
  claims: CLAIMS,
  async measure(bench) {
    const source = join(bench.specimens, 'red-flags.c');
    const flags = ['-O1', '-g', '-w', '-fno-builtin-malloc', '-fno-builtin-free'];
    const program = await compile(['gcc', ...flags], source, join(bench.directory, 'red-flags'));
    const line =
      readFileSync(source, 'utf8')
        .split('\n')
        .findIndex((text) => text.endsWith(MARK)) + 1;
    const post = await postMortem(bench, program, line);
    const ended: Ended[] = [];
    for (const allocator of bareAllocators()) {
      for (const what of [...Object.keys(SENTENCES), 'foreign']) {
        bench.progress(`last words: ${what} on ${allocator.name}`);
        const { outcome, stderr } = await runOn(allocator, [program, what], {
          directory: bench.directory,
          timeoutMs: 5000,
        });
        const said = stderr.trim().split('\n')[0] ?? '';
        ended.push({
          allocator: allocator.name,
          what,
          outcome: outcomeText(outcome),
          said,
          flags: flagsOf(stderr),
        });
      }
    }
    return { post, ended };
  },
  answersOf,
  pageOf,
});

const ASKED = ['bt full', 'info registers rip rsp rdi rax', 'x/32gx $rsp', 'x/3i $pc'];

/** Lets it die under gdb, writes a core at that moment, and reads the core as if nothing else were left. */
async function postMortem(bench: Workbench, program: string, line: number): Promise<Post> {
  bench.progress('autopsy: a core dump');
  const core = join(bench.directory, 'core.of-red-flags');
  const alive = new Gdb([program], bench.directory);
  try {
    await alive.ask('-gdb-set inferior-tty /dev/null');
    await alive.ask('-exec-arguments write');
    await alive.go('-exec-run');
    await alive.console(`generate-core-file ${core}`);
  } finally {
    alive.close();
  }
  const dead = new Gdb([program, '-c', core], bench.directory);
  try {
    const told: Record<string, string> = {};
    for (const command of ASKED)
      told[command] = withoutPlaces(bench, await dead.console(command)).replaceAll('\t', '  ');
    const up = await dead.console('info frame');
    const returnsTo = /saved rip = (0x[0-9a-f]+)/.exec(up)?.[1] ?? '';
    const autopsy = JSON.stringify(judgeAutopsy([await readCore(core, program)]));
    return { autopsy: JSON.parse(withoutPlaces(bench, autopsy)), line, told, returnsTo };
  } finally {
    dead.close();
  }
}

/** Where this checkout and this run happen to lie tells nobody anything. */
function withoutPlaces(bench: Workbench, text: string): string {
  return text.replaceAll(`${bench.directory}/`, '').replaceAll(`${bench.specimens}/`, 'specimens/lab/');
}

function flagsOf(text: string): string[] {
  try {
    return readEvidence(Buffer.from(text)).flatMap(({ flags }) => flags.map(({ name }) => name));
  } catch (error) {
    if (error instanceof NoEvidence) return [];
    throw error;
  }
}

/** What was found, to each claim. */
export function answersOf({ post, ended }: Measurement): Record<(typeof CLAIMS)[number]['id'], Answer> {
  const { autopsy, line, told, returnsTo } = post;
  const { fault } = autopsy;
  const calls = (fault?.stack ?? []).slice(0, CALLS.length).map((frame) => frame.function);
  const byGdb = [...(told['bt full'] ?? '').matchAll(/^#\d+ +(?:0x\w+ in )?(\w+) /gm)].map(
    ([, name]) => name,
  );
  const base = /\(%r(\w\w)\)/.exec(fault?.instruction?.text ?? '')?.[1];
  const register = fault?.registers?.[`r${base}`];
  const words = [...(told['x/32gx $rsp'] ?? '').matchAll(/0x[0-9a-f]{16}/g)].map(([word]) => BigInt(word));
  const glibc = ended.filter(({ allocator }) => allocator === 'glibc');
  const said = (what: string) => glibc.find((one) => one.what === what)?.said ?? '';
  const spoken = ended.filter((one) => one.said !== '');
  const unexplained = spoken.filter(({ flags }) => flags.length === 0);
  return {
    backtrace: check(
      byGdb.join() === CALLS.join() && calls.join() === CALLS.join() && autopsy.faulty?.line === line,
      [
        `gdb: ${byGdb.join(' in ')}`,
        `crossfree: ${calls.join(' in ')}`,
        `line ${autopsy.faulty?.line}; marked is ${line}`,
      ],
      'the core holds the stack, and the program holds the tables to read it by',
    ),
    instruction: check(
      fault?.signal === 'SIGSEGV' && register !== undefined && isNear(register, fault.address),
      [fault?.instruction?.text ?? 'no instruction', `r${base} = ${register}`, `at ${fault?.address}`],
      'the store goes a few bytes past a register that holds null',
    ),
    stack: returnsTo
      ? check(
          words.includes(BigInt(returnsTo)),
          `${returnsTo} is word ${words.indexOf(BigInt(returnsTo)) + 1} of ${words.length}`,
          'call leaves the address of the next instruction there',
        )
      : notMeasurable('gdb did not say where the function returns to'),
    flags: check(
      Object.entries(SENTENCES).every(([what, sentence]) => said(what).startsWith(sentence)),
      Object.keys(SENTENCES).map((what) => said(what) || `${what}: nothing`),
      'each is a check of glibc’s own that found its words changed; another version puts a few otherwise',
    ),
    explained: check(
      spoken.length > 0 && unexplained.length === 0,
      unexplained.length === 0
        ? `all ${spoken.length}, of ${new Set(spoken.map(({ allocator }) => allocator)).size} allocators`
        : unexplained.map(({ allocator, said: words }) => `${allocator}: ${words}`),
      '`crossfree autopsy` recognises them in whatever a program printed, `crossfree explain` tells what they mean',
    ),
  };
}

/** Whether the fault lies within a page of what the register held. */
function isNear(register: string, address: string | undefined): boolean {
  if (address === undefined) return false;
  const distance = BigInt(address) - BigInt(register);
  return distance >= 0n && distance < 4096n;
}

/** The page that a person reads. */
export function pageOf({ post, ended }: Measurement): PageBlock[] {
  const lines = (text: string) => text.trimEnd().split('\n');
  return [
    {
      kind: 'figure',
      title: 'crossfree autopsy core',
      lines: lines(renderAutopsy(post.autopsy, { colour: false })),
    },
    ...Object.entries(post.told).map(
      ([command, text]): PageBlock => ({ kind: 'figure', title: `gdb: ${command}`, lines: lines(text) }),
    ),
    {
      kind: 'table',
      header: ['allocator', 'fault', 'outcome', 'its words', 'explained as'],
      rows: ended.map(({ allocator, what, outcome, said, flags }) => [
        allocator,
        what,
        outcome,
        said.slice(0, 60) || '-',
        flags.join(', ') || '-',
      ]),
    },
  ];
}
