import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { type Address, keyOf, type SourceFrame, type SymbolSource, type Symbols } from './address.ts';
import { findTool, toolEnvironment, versioned } from './find-tool.ts';
import { tidyDemangled } from './rust-names.ts';

/** Without any answer for this long the tool is given up: debug info of a browser takes a minute to read. */
const SILENCE_MS = 180_000;

/** Whole names, or as the source has them, without path but with the generic arguments of Rust. */
export type NameStyle = 'linkage' | 'short';

/** Looks addresses up with one llvm-symbolizer process, which reads each module's debug info only once. */
export class LlvmSymbolizer implements SymbolSource {
  readonly #tool: string;
  readonly #names: NameStyle;
  #child: ChildProcessWithoutNullStreams | undefined;
  #failed = false;

  constructor(tool: string, names: NameStyle = 'linkage') {
    this.#tool = tool;
    this.#names = names;
  }

  static find(names?: NameStyle): LlvmSymbolizer | undefined {
    const tool = findTool(versioned('llvm-symbolizer'));
    return tool === undefined ? undefined : new LlvmSymbolizer(tool, names);
  }

  async lookUp(addresses: Address[]): Promise<Symbols> {
    const asked = addresses.filter((address) => isSayable(address.path));
    const symbols: Symbols = new Map();
    if (asked.length === 0 || this.#failed) return symbols;
    const child = this.#start();
    const answers = readLines(child, asked.length);
    child.stdin.write(
      asked.map((address) => `"${address.path}" 0x${address.offset.toString(16)}\n`).join(''),
    );
    const lines = await answers;
    if (lines.length < asked.length) this.#failed = true;
    lines.forEach((line, index) => {
      const address = asked[index];
      const frames = parseAnswer(line);
      if (address && frames.length > 0) symbols.set(keyOf(address), frames);
    });
    return symbols;
  }

  close(): void {
    this.#child?.stdin.end();
    this.#child?.kill();
    this.#child = undefined;
  }

  #start(): ChildProcessWithoutNullStreams {
    if (this.#child) return this.#child;
    const options = ['--output-style=JSON', '--inlines', `--functions=${this.#names}`, '--demangle'];
    const child = spawn(this.#tool, options, { env: toolEnvironment() });
    child.on('error', () => {});
    child.stdin.on('error', () => {});
    child.stderr.resume();
    this.#child = child;
    return child;
  }
}

/** The tool's input has no way to write a path with a quotation mark or a line break in it. */
function isSayable(path: string): boolean {
  return !/["\n\r]/.test(path);
}

/** The next `count` lines that the child writes; fewer when it ends or falls silent. */
function readLines(child: ChildProcessWithoutNullStreams, count: number): Promise<string[]> {
  return new Promise((done) => {
    const lines: string[] = [];
    let rest = '';
    let timer = setTimeout(finish, SILENCE_MS);
    function finish() {
      clearTimeout(timer);
      child.stdout.off('data', take);
      child.off('close', finish);
      child.off('error', finish);
      if (lines.length < count) child.kill('SIGKILL');
      done(lines);
    }
    function take(chunk: Buffer) {
      clearTimeout(timer);
      timer = setTimeout(finish, SILENCE_MS);
      const parts = (rest + chunk.toString('latin1')).split('\n');
      rest = parts.pop() ?? '';
      lines.push(...parts.filter((line) => line !== ''));
      if (lines.length >= count) finish();
    }
    child.stdout.on('data', take);
    child.once('close', finish);
    child.once('error', finish);
  });
}

interface Answer {
  Symbol?: { FunctionName?: string; FileName?: string; Line?: number; Column?: number }[];
}

function parseAnswer(line: string): SourceFrame[] {
  let answer: Answer;
  try {
    // Chunks are cut anywhere, so the bytes were kept as they are until the line was whole.
    answer = JSON.parse(Buffer.from(line, 'latin1').toString('utf8'));
  } catch {
    return [];
  }
  if (!Array.isArray(answer?.Symbol)) return [];
  return answer.Symbol.map(({ FunctionName, FileName, Line, Column }) => ({
    ...(known(FunctionName) && { function: tidyDemangled(FunctionName) }),
    // Without debug info the file is what the symbol table says: a translation unit, not a path.
    ...(known(FileName) && (Number(Line) > 0 || FileName.startsWith('/')) && { file: FileName }),
    ...(typeof Line === 'number' && Line > 0 && { line: Line }),
    ...(typeof Column === 'number' && Column > 0 && { column: Column }),
  })).filter((frame) => frame.function !== undefined || 'file' in frame);
}

function known(text: unknown): text is string {
  return typeof text === 'string' && text !== '' && text !== '??';
}
