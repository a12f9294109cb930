import { readFileSync, statSync } from 'node:fs';
import type { Frame } from '../../model/index.ts';
import { ownFrames } from '../stack-view.ts';
import type { Excerpt } from './page-data.ts';

const AROUND = 3;
const LONGEST_LINE = 200;
const LARGEST_SOURCE = 4 << 20;
/** A page stays light: beyond so many places the stacks stand alone. */
const MOST_EXCERPTS = 2000;
/** Frames of a stack that are shown with their source. */
const FRAMES = 3;

/**
 * Debug info names the files, and the page may be published: nothing but what is named like a source file
 * gets into it.
 */
const SOURCE_NAME =
  /\.(c|cc|cpp|cxx|c\+\+|h|hh|hpp|hxx|inc|ipp|rs|zig|d|go|s|S|m|mm|f90|pyx|js|mjs|ts|nim|swift|cr)$/;

/** The lines around every place that the stacks of a result name and that can be read here. */
export function excerptsOf(result: unknown): Record<string, Excerpt> {
  const files = new Map<string, SourceFile | undefined>();
  const excerpts: Record<string, Excerpt> = {};
  let count = 0;
  for (const frame of framesOf(result)) {
    const { file, line, module } = frame;
    if (file === undefined || line === undefined || line < 1) continue;
    const key = `${file}:${line}`;
    if (excerpts[key] !== undefined) continue;
    if (!files.has(file)) files.set(file, readSource(file));
    const source = files.get(file);
    if (source === undefined || line > source.lines.length) continue;
    const first = Math.max(1, line - AROUND);
    excerpts[key] = {
      first,
      lines: source.lines.slice(first - 1, line + AROUND).map((text) => text.slice(0, LONGEST_LINE)),
      ...(isYounger(source, module) && { younger: true as const }),
    };
    count += 1;
    if (count >= MOST_EXCERPTS) break;
  }
  return excerpts;
}

/** The frames of all stacks anywhere in a result that deserve their source. */
function* framesOf(value: unknown): Generator<Frame> {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const member of value) yield* framesOf(member);
    return;
  }
  const { stack } = value as { stack?: unknown };
  if (Array.isArray(stack)) yield* ownFrames(stack as Frame[]).slice(0, FRAMES);
  for (const [key, member] of Object.entries(value)) if (key !== 'stack') yield* framesOf(member);
}

interface SourceFile {
  lines: string[];
  mtimeMs: number;
}

function readSource(file: string): SourceFile | undefined {
  if (!file.startsWith('/') || !SOURCE_NAME.test(file)) return undefined;
  try {
    const status = statSync(file);
    if (!status.isFile() || status.size > LARGEST_SOURCE) return undefined;
    return { lines: readFileSync(file, 'utf8').split(/\r?\n/), mtimeMs: status.mtimeMs };
  } catch {
    return undefined;
  }
}

function isYounger({ mtimeMs }: SourceFile, module: string | undefined): boolean {
  try {
    return module !== undefined && mtimeMs > statSync(module).mtimeMs;
  } catch {
    return false;
  }
}
