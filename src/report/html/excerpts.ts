import { statSync } from 'node:fs';
import { readSourceFile, type SourceFile } from '../../evidence/source-file.ts';
import type { Frame } from '../../model/index.ts';
import { ownFrames } from '../stack-view.ts';
import type { Excerpt } from './page-data.ts';

const AROUND = 3;
const LONGEST_LINE = 200;
/** A page stays light: beyond so many places the stacks stand alone. */
const MOST_EXCERPTS = 2000;
/** Frames of a stack that are shown with their source. */
const FRAMES = 3;

/**
 * Whose word on source files is taken. `modules`: the result was made here and now, its frames come from the
 * debug info of the modules that ran. `elsewhere`: it came as a file, which may name anything.
 */
export type Sources = 'modules' | 'elsewhere';

/**
 * The lines around every place that the stacks of a result name and that can be read here; of a result from
 * elsewhere only below the working directory.
 */
export function excerptsOf(result: unknown, sources: Sources, cwd: string): Record<string, Excerpt> {
  const files = new Map<string, SourceFile | undefined>();
  const excerpts: Record<string, Excerpt> = {};
  let count = 0;
  for (const frame of framesOf(result)) {
    const { file, line, module } = frame;
    // also of what no schema tells of, and so may be anything
    if (typeof file !== 'string' || typeof line !== 'number' || line < 1) continue;
    if (sources === 'modules' && module === undefined) continue;
    const key = `${file}:${line}`;
    if (excerpts[key] !== undefined) continue;
    if (!files.has(file)) files.set(file, readSourceFile(file, sources === 'modules' ? undefined : cwd));
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
  if (Array.isArray(stack)) yield* ownFrames(stack.filter(isFrame)).slice(0, FRAMES);
  for (const [key, member] of Object.entries(value)) if (key !== 'stack') yield* framesOf(member);
}

function isFrame(value: unknown): value is Frame {
  if (typeof value !== 'object' || value === null) return false;
  const { function: name, file, module } = value as Record<string, unknown>;
  return [name, file, module].every((text) => text === undefined || typeof text === 'string');
}

function isYounger({ mtimeMs }: SourceFile, module: string | undefined): boolean {
  try {
    return module !== undefined && mtimeMs > statSync(module).mtimeMs;
  } catch {
    return false;
  }
}
