import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ownAllocator } from '../allocators.ts';
import { check, notMeasurable } from '../answer.ts';
import { capture } from '../capture.ts';
import { buildWithJemalloc } from '../cargo.ts';
import { compile } from '../compile.ts';
import { type Answer, type Claim, lacks, measured, type PageBlock, type Workbench } from '../experiment.ts';
import { outcomeText } from '../outcome-text.ts';

const CLAIMS = [
  { id: 'hello-dies', source: 'D', claimed: 'a Rust hello world without unsafe dies' },
  { id: 'jemalloc', source: 'D', claimed: 'with jemalloc linked in it does not notice' },
  {
    id: 'why-132',
    source: 'D',
    claimed: 'since Rust 1.32 jemalloc is not the default any more, and a preload reaches Rust',
  },
  { id: 'why-sudo', source: 'D', claimed: 'sudo drops LD_PRELOAD, so the compiler itself is spared' },
] as const satisfies Claim[];

/** How one program ended, without and with an allocator that has one block for all. */
export interface Greeting {
  rust: 'glibc' | 'jemalloc';
  alone: string;
  /** Under the allocator written in C, and in Rust. */
  insaneC: string;
  insaneRust: string;
}

export interface Measurement {
  greetings: Greeting[];
  /** Why there is no greeting on jemalloc; absent when there is. */
  noJemalloc?: string;
  /** Whether jemalloc's code is in an ordinary Rust program. */
  carriesJemalloc: boolean;
  /** Whether LD_PRELOAD comes out of sudo; a text when it was not asked. */
  throughSudo: boolean | string;
}

export const experiment = measured<Measurement>({
  id: 'insane-hello',
  title: 'A greeting on an allocator that has one block for everybody',
  needs: ['rustc'],
  uses: ['cargo'],
  claims: CLAIMS,
  measure,
  answersOf,
  pageOf,
});

async function measure(bench: Workbench): Promise<Measurement> {
  const rustc = ['rustc', '--edition', '2021', '-O'] as const;
  const source = (name: string) => join(bench.specimens, `${name}.rs`);
  const output = (name: string) => join(bench.directory, name);
  const hello = await compile(rustc, source('insane-hello'), output('hello'));
  const library = ['-C', 'panic=abort', '--crate-type', 'cdylib'];
  const insane = await compile([...rustc, ...library], source('insane'), output('libinsane.so'));

  const end = async (program: string, preload?: string) => {
    const env = preload ? { env: { LD_PRELOAD: preload } } : {};
    const { outcome } = await capture([program], { cwd: bench.directory, timeoutMs: 10_000, ...env });
    return outcomeText(outcome);
  };
  const greet = async (rust: Greeting['rust'], program: string): Promise<Greeting> => ({
    rust,
    alone: await end(program),
    insaneC: await end(program, ownAllocator('insane')),
    insaneRust: await end(program, insane),
  });
  bench.progress('hello on one block');
  const code = await readFile(hello, 'latin1');
  const measurement: Measurement = {
    greetings: [await greet('glibc', hello)],
    carriesJemalloc: /_rjem_|malloc_conf/.test(code),
    throughSudo: await askSudo(bench),
  };
  const jemalloc = await helloOnJemalloc(bench);
  if ('failed' in jemalloc) return { ...measurement, noJemalloc: jemalloc.failed };
  measurement.greetings.push(await greet('jemalloc', jemalloc.program));
  return measurement;
}

async function helloOnJemalloc(bench: Workbench) {
  if (bench.quick) return { failed: 'left out by --quick: jemalloc is compiled for it' };
  if (lacks(bench, 'cargo')) return { failed: 'it takes cargo to build Rust with jemalloc' };
  bench.progress('hello with jemalloc: compiling that takes a minute or two the first time');
  return buildWithJemalloc(bench, 'insane-hello');
}

/** Only as root: anybody else's question may ask for a password, and is written into the system's log. */
async function askSudo(bench: Workbench): Promise<boolean | string> {
  if (process.getuid?.() !== 0) return 'only root asks sudo without leaving a trace';
  try {
    // an allocator that harms nobody
    const env = { LD_PRELOAD: ownAllocator('standard') };
    const { outcome, stdout } = await capture(['sudo', '-n', 'env'], { cwd: bench.directory, env });
    if (outcome.kind !== 'exit' || outcome.code !== 0) return 'sudo refused to run a program';
    return /^LD_PRELOAD=/m.test(stdout);
  } catch {
    return 'there is no sudo: apt-get install sudo';
  }
}

/** What the measurement says to each claim. */
export function answersOf(measurement: Measurement): Record<(typeof CLAIMS)[number]['id'], Answer> {
  const { greetings, noJemalloc, carriesJemalloc, throughSudo } = measurement;
  const on = (rust: Greeting['rust']) => greetings.find((greeting) => greeting.rust === rust);
  const told = (greeting: Greeting | undefined) => [
    `alone: ${greeting?.alone}`,
    `insane in C: ${greeting?.insaneC}`,
    `insane in Rust: ${greeting?.insaneRust}`,
  ];
  const dies = (greeting: Greeting | undefined) =>
    greeting?.alone === 'exit 0' && greeting.insaneC !== 'exit 0' && greeting.insaneRust !== 'exit 0';
  const plain = on('glibc');
  const jemalloc = on('jemalloc');
  return {
    'hello-dies': check(
      dies(plain),
      told(plain),
      "before main, Rust asks glibc for the stack's bounds (pthread_getattr_np), which reads /proc/self/maps through a FILE and a line buffer: both are the same block",
    ),
    jemalloc: jemalloc
      ? check(
          jemalloc.alone === 'exit 0' && jemalloc.insaneC === 'exit 0' && jemalloc.insaneRust === 'exit 0',
          told(jemalloc),
          "Rust's own blocks are jemalloc's, but glibc allocates for Rust too (pthread_getattr_np), from the insane allocator",
        )
      : notMeasurable(noJemalloc ?? 'there is no greeting on jemalloc'),
    'why-132': check(
      !carriesJemalloc && dies(plain),
      [`jemalloc in an ordinary Rust program: ${carriesJemalloc}`],
      'its allocator is malloc, which a preload replaces; that 1.31 lived is not measured, since no such toolchain is here',
    ),
    'why-sudo':
      typeof throughSudo === 'string'
        ? notMeasurable(throughSudo)
        : check(
            !throughSudo,
            `LD_PRELOAD behind sudo: ${throughSudo ? 'there' : 'gone'}`,
            'sudo resets the environment, and the loader ignores preloads in set-user-id programs',
          ),
  };
}

function pageOf({ greetings }: Measurement): PageBlock[] {
  return [
    {
      kind: 'table',
      header: ['Rust on', 'alone', 'insane in C', 'insane in Rust'],
      rows: greetings.map(({ rust, alone, insaneC, insaneRust }) => [rust, alone, insaneC, insaneRust]),
    },
  ];
}
