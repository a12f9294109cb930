import { spawnSync } from 'node:child_process';
import { type Address, keyOf, type SourceFrame, type SymbolSource, type Symbols } from './address.ts';
import { findTool, toolEnvironment } from './find-tool.ts';
import { tidyDemangled } from './rust-names.ts';

const TIMEOUT_MS = 60_000;

/** Looks addresses up with binutils' addr2line, one process a module. */
export class Addr2line implements SymbolSource {
  readonly #tool: string;

  constructor(tool: string) {
    this.#tool = tool;
  }

  static find(): Addr2line | undefined {
    const tool = findTool(['addr2line']);
    return tool === undefined ? undefined : new Addr2line(tool);
  }

  async lookUp(addresses: Address[]): Promise<Symbols> {
    const symbols: Symbols = new Map();
    for (const [path, group] of byModule(addresses)) {
      const done = spawnSync(this.#tool, ['-a', '-f', '-i', '-C', `--exe=${path}`], {
        input: group.map((address) => `0x${address.offset.toString(16)}\n`).join(''),
        encoding: 'utf8',
        timeout: TIMEOUT_MS,
        maxBuffer: 1 << 28,
        env: toolEnvironment(),
      });
      const answers = parseAnswers(done.stdout ?? '');
      group.forEach((address, index) => {
        const frames = answers[index] ?? [];
        if (frames.length > 0) symbols.set(keyOf(address), frames);
      });
    }
    return symbols;
  }

  close(): void {}
}

function byModule(addresses: Address[]): Map<string, Address[]> {
  const groups = new Map<string, Address[]>();
  for (const address of addresses) {
    const group = groups.get(address.path);
    if (group) group.push(address);
    else groups.set(address.path, [address]);
  }
  return groups;
}

/** The tool writes for each address the address, then a function and a `file:line` for each frame. */
export function parseAnswers(output: string): SourceFrame[][] {
  const answers: SourceFrame[][] = [];
  let name: string | undefined;
  for (const line of output.split('\n')) {
    if (name === undefined && /^0x[0-9a-f]{16}$/.test(line)) {
      answers.push([]);
    } else if (name === undefined) {
      name = line;
    } else {
      const frame = frameOf(name, line);
      if (frame) answers.at(-1)?.push(frame);
      name = undefined;
    }
  }
  return answers;
}

function frameOf(name: string, place: string): SourceFrame | undefined {
  const parts = /^(.*):(\d+|\?)(?: \(discriminator \d+\))?$/.exec(place);
  const file = parts?.[1];
  const line = Number(parts?.[2]);
  const frame = {
    ...(name !== '' && name !== '??' && { function: tidyDemangled(name) }),
    ...(file && file !== '??' && { file, ...(line > 0 && { line }) }),
  };
  return Object.keys(frame).length > 0 ? frame : undefined;
}
