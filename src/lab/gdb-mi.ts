import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A value in gdb's machine interface: a text, a tuple or a list. */
export type MiValue = string | MiTuple | MiValue[];
export interface MiTuple {
  [name: string]: MiValue;
}

/** What gdb answered to one command. */
export interface MiAnswer {
  /** Its result: `-data-evaluate-expression` has `value`. */
  result: MiTuple;
  /** What it wrote to the console meanwhile. */
  console: string;
}

/** gdb may load the symbols of a large program. */
const PATIENCE_MS = 60_000;

/** A gdb that is asked through its machine interface, version 3. The program's own output goes to /dev/null. */
export class Gdb {
  readonly #process: ChildProcessWithoutNullStreams;
  #console = '';
  #results: ((line: string) => void)[] = [];
  #stops: ((stop: MiTuple) => void)[] = [];
  #stopped: MiTuple[] = [];

  /** `rest`: the program, or what else gdb is to open (`-c core`). */
  constructor(rest: readonly string[], cwd: string) {
    const quiet = ['-nx', '-nh', '-q', '--interpreter=mi3', '-iex', 'set auto-load no'];
    const more = ['-iex', 'set debuginfod enabled off', '-iex', 'set width 0'];
    this.#process = spawn('gdb', [...quiet, ...more, ...rest], { cwd });
    this.#process.on('error', () => {});
    this.#process.stdin.on('error', () => {});
    createInterface({ input: this.#process.stdout }).on('line', (line) => this.#take(line));
    this.#process.on('close', () => {
      for (const answer of this.#results.splice(0)) answer('^error,msg="gdb has ended"');
      for (const stop of this.#stops.splice(0)) stop({ reason: 'gdb-ended' });
    });
  }

  /** Throws Error with gdb's own words when it refuses. */
  async ask(command: string): Promise<MiAnswer> {
    this.#console = '';
    const line = await this.#within(
      command,
      new Promise<string>((got) => {
        this.#results.push(got);
        this.#process.stdin.write(`${command}\n`);
      }),
    );
    const [, kind = '', rest = ''] = /^\^([a-z]+),?(.*)$/.exec(line) ?? [];
    const result = parseMi(rest);
    if (kind === 'error') throw new Error(`gdb refuses \`${command}\`: ${String(result.msg)}`);
    return { result, console: this.#console };
  }

  /** What a command of gdb's ordinary language writes. */
  async console(command: string): Promise<string> {
    return (await this.ask(`-interpreter-exec console ${JSON.stringify(command)}`)).console;
  }

  /** Runs on, and says why the program stopped: `reason` and more; without one at an ordinary stop. */
  async go(command: '-exec-run' | '-exec-continue' | '-exec-next'): Promise<MiTuple> {
    await this.ask(command);
    const stop = this.#stopped.shift();
    return stop ?? this.#within(command, new Promise<MiTuple>((got) => this.#stops.push(got)));
  }

  close(): void {
    this.#process.kill('SIGKILL');
  }

  #take(line: string): void {
    if (line.startsWith('~')) this.#console += cString(line.slice(1));
    else if (line.startsWith('^')) this.#results.shift()?.(line);
    else if (line.startsWith('*stopped')) {
      const stop = parseMi(line.slice('*stopped,'.length));
      const waiting = this.#stops.shift();
      if (waiting) waiting(stop);
      else this.#stopped.push(stop);
    }
  }

  async #within<T>(command: string, answer: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`gdb did not answer \`${command}\``)), PATIENCE_MS);
    });
    try {
      return await Promise.race([answer, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Reads `name=value,name=value`. The names of a list’s members, as in `[frame={…},frame={…}]`, are left out. */
export function parseMi(text: string): MiTuple {
  let at = 0;
  const value = (): MiValue => {
    if (text[at] === '"') {
      const end = closingQuote(text, at);
      const string = cString(text.slice(at, end + 1));
      at = end + 1;
      return string;
    }
    const open = text[at];
    at += 1;
    return open === '{' ? pairs('}') : list();
  };
  const list = (): MiValue[] => {
    const values: MiValue[] = [];
    while (at < text.length && text[at] !== ']') {
      const name = /^[\w-]+=/.exec(text.slice(at, at + 64))?.[0] ?? '';
      at += name.length;
      values.push(value());
      if (text[at] === ',') at += 1;
    }
    at += 1;
    return values;
  };
  const pairs = (end: string): MiTuple => {
    const tuple: MiTuple = {};
    while (at < text.length && text[at] !== end) {
      const equals = text.indexOf('=', at);
      if (equals < 0) break;
      const name = text.slice(at, equals);
      at = equals + 1;
      tuple[name] = value();
      if (text[at] === ',') at += 1;
    }
    at += 1;
    return tuple;
  };
  return pairs('');
}

function closingQuote(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at;
  }
  return text.length;
}

const ESCAPES: Record<string, string> = { n: '\n', t: '\t', r: '\r' };

/** A C string with its quotes; octal escapes are bytes of UTF-8. */
function cString(quoted: string): string {
  const bytes: number[] = [];
  const inner = quoted.replace(/^"|"$/g, '');
  for (const [, octal, escaped, plain = ''] of inner.matchAll(/\\([0-7]{3})|\\(.)|([^\\])/gs)) {
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8));
    else bytes.push(...Buffer.from(escaped === undefined ? plain : (ESCAPES[escaped] ?? escaped)));
  }
  return Buffer.from(bytes).toString('utf8');
}

/** Every tuple of a list. */
export function tuplesOf(value: MiValue | undefined): MiTuple[] {
  return Array.isArray(value)
    ? value.filter((one): one is MiTuple => typeof one === 'object' && !Array.isArray(one))
    : [];
}
