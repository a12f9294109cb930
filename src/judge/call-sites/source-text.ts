import { readFileSync, statSync } from 'node:fs';

const LARGEST_SOURCE = 16 << 20;

/** Source files as they were when a module was built. */
export class SourceText {
  readonly #files = new Map<string, Buffer[] | undefined>();

  /**
   * True when the source at `line` and `column` (both from 1, columns in bytes) begins a call of the C
   * function `name`, as `free(p)` or `libc::free(p)`. Optimisers merge calls, so that a place without an
   * inline chain proves nothing; a merged call has no column. A file younger than `module` is not believed.
   */
  callsAt(file: string, line: number, column: number, name: string, module: string): boolean {
    const lines = this.#lines(file, module);
    const text = lines?.[line - 1]?.subarray(column - 1).toString('utf8');
    return text !== undefined && beginsCallOf(text, name);
  }

  #lines(file: string, module: string): Buffer[] | undefined {
    const key = `${module}\0${file}`;
    if (!this.#files.has(key)) this.#files.set(key, readLines(file, module));
    return this.#files.get(key);
  }
}

function beginsCallOf(text: string, name: string): boolean {
  const path = /^(?:::)?(?:(?:r#)?[A-Za-z_]\w*\s*::\s*)*(?:r#)?([A-Za-z_]\w*)\s*\(/.exec(text);
  return path?.[1] === name;
}

function readLines(file: string, module: string): Buffer[] | undefined {
  try {
    const status = statSync(file);
    if (!file.startsWith('/') || !status.isFile() || status.size > LARGEST_SOURCE) return undefined;
    if (status.mtimeMs > statSync(module).mtimeMs) return undefined;
    return splitLines(readFileSync(file));
  } catch {
    return undefined;
  }
}

function splitLines(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let at = 0; at <= bytes.length; ) {
    const end = bytes.indexOf(0x0a, at);
    lines.push(bytes.subarray(at, end < 0 ? bytes.length : end));
    if (end < 0) break;
    at = end + 1;
  }
  return lines;
}
