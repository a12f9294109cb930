import { spawnSync } from 'node:child_process';

export type ToolName =
  | 'rustc'
  | 'rustc-nightly'
  | 'cargo'
  | 'valgrind'
  | 'gcc'
  | 'g++'
  | 'libasan'
  | 'libsqlite3'
  | 'libpam'
  | 'libtsan'
  | 'python3'
  | 'gdb'
  | 'perf';

/** A tool that is not there, and the line that installs it. */
export interface MissingTool {
  tool: ToolName;
  install: string;
}

interface Tool {
  /** A command that says which version, or where, the tool is. */
  probe: readonly [string, ...string[]];
  /** What the probe's answer must look like; the first group is what is shown of it. */
  answer: RegExp;
  install: string;
}

const TOOLS: Readonly<Record<ToolName, Tool>> = {
  rustc: {
    probe: ['rustc', '--version'],
    // `std::hint::black_box` came with 1.66.
    answer: /^rustc (1\.(?:6[6-9]|[7-9]\d|\d{3,})\..*)/,
    install: 'apt-get install rustc-web   # Debian 12; elsewhere rustc 1.66 or later',
  },
  'rustc-nightly': {
    probe: ['rustc', '+nightly', '--version'],
    // a rustc without rustup passes over the toolchain and tells its own version
    answer: /^rustc (\S+-nightly.*)/,
    install: 'rustup toolchain install nightly',
  },
  cargo: {
    probe: ['cargo', '--version'],
    answer: /^cargo (.*)/,
    install: 'apt-get install cargo-web   # Debian 12; elsewhere cargo',
  },
  valgrind: {
    probe: ['valgrind', '--version'],
    answer: /^valgrind-(.*)/,
    install: 'apt-get install valgrind',
  },
  gcc: { probe: ['gcc', '-dumpfullversion'], answer: /^(\d.*)/, install: 'apt-get install gcc libc6-dev' },
  'g++': { probe: ['g++', '-dumpfullversion'], answer: /^(\d.*)/, install: 'apt-get install g++' },
  libasan: {
    probe: ['gcc', '-print-file-name=libasan.so'],
    // gcc answers with the bare name when it has no such file.
    answer: /^(\/.*)/,
    install: 'apt-get install gcc',
  },
  libsqlite3: {
    probe: ['gcc', '-print-file-name=libsqlite3.so'],
    answer: /^(\/.*)/,
    install: 'apt-get install libsqlite3-dev',
  },
  libtsan: {
    probe: ['gcc', '-print-file-name=libtsan.so'],
    answer: /^(\/.*)/,
    install: 'apt-get install gcc',
  },
  libpam: {
    probe: ['gcc', '-print-file-name=libpam.so.0'],
    answer: /^(\/.*)/,
    install: 'apt-get install libpam0g libpam-modules',
  },
  perf: {
    probe: ['perf', '--version'],
    answer: /^perf version (.*)/,
    install: 'apt-get install linux-perf',
  },
  gdb: { probe: ['gdb', '--version'], answer: /^GNU gdb (.*)/, install: 'apt-get install gdb' },
  python3: { probe: ['python3', '--version'], answer: /^Python (.*)/, install: 'apt-get install python3' },
};

/** What the tool says of itself (its version, for `libasan` its path); undefined when it is not there. */
export function probeTool(name: ToolName): string | undefined {
  const { probe, answer } = TOOLS[name];
  const [command, ...args] = probe;
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8', timeout: 20_000 });
  return status === 0 ? answer.exec(stdout)?.[1]?.trim() : undefined;
}

/** Those of `names` that are not on this machine, each with the line that installs it. */
export function missingTools(names: readonly ToolName[]): MissingTool[] {
  return names
    .filter((name) => probeTool(name) === undefined)
    .map((tool) => ({ tool, install: TOOLS[tool].install }));
}
