import { relative, sep } from 'node:path';
import type { Frame } from '../model/index.ts';
import { printable } from './printable.ts';

/** Code of the standard libraries: it acts for whoever called it. */
const LIBRARY_FUNCTION =
  /^(<?&?(mut )?(alloc|core|std|hashbrown)::|<.* as (alloc|core|std)::|__rust|__rdl_|_?_?libc_|std::|__gnu_cxx::|operator (new|delete)|__cxa_)/;
const LIBRARY_FILE =
  /^(\/rustc\/|.*\/rustlib\/src\/rust\/library\/|\/usr\/include\/c\+\+\/|.*\/libstdc\+\+-v3\/)/;

/** What lies above main and above a thread's first function. */
const START_UP =
  /^(_start|__libc_start_main.*|__libc_start_call_main|start_thread|clone3?|__clone3?|std::rt::.*|std::sys::backtrace::__rust_begin_short_backtrace.*|core::ops::function::FnOnce::call_once.*|std::sys::.*::thread_start|std::panicking::.*|std::panic::.*|main::\{\{closure\}\}::__libc)$/;

/** True for a frame that belongs to a standard library and not to the program. */
export function isLibrary(frame: Frame): boolean {
  if (frame.file !== undefined && LIBRARY_FILE.test(frame.file)) return true;
  if (frame.function === undefined) return false;
  return LIBRARY_FUNCTION.test(frame.function);
}

/** A stack as a person reads it: the library's own frames folded away. */
export interface FoldedStack {
  /** The innermost frame of the program's own, or the innermost of all. */
  site: Frame | undefined;
  /** The outermost library frame below it: what the program called. */
  through: Frame | undefined;
  /** Its callers, innermost first, without libraries and start-up code. */
  callers: Frame[];
}

export function fold(stack: Frame[]): FoldedStack {
  const own = stack.findIndex((frame) => !isLibrary(frame) && !isStartUp(frame));
  if (own < 0) return { site: stack[0], through: undefined, callers: [] };
  return {
    site: stack[own],
    through: stack[own - 1],
    callers: stack.slice(own + 1).filter((frame) => !isLibrary(frame) && !isStartUp(frame)),
  };
}

function isStartUp(frame: Frame): boolean {
  return frame.function !== undefined && START_UP.test(frame.function);
}

/** Longer names are cut: template arguments can fill pages. */
const LONGEST_NAME = 100;

export function frameName(frame: Frame): string {
  if (frame.function === undefined) return '(no symbol)';
  // Rust's own hash says nothing to a person
  return shorten(printable(frame.function.replace(/::h[0-9a-f]{16}$/, '')), LONGEST_NAME);
}

/** `src/main.rs:8`, else `libfoo.so+0x1234`. */
export function framePlace(frame: Frame, cwd: string): string {
  if (frame.file !== undefined) {
    const file = printable(nearer(frame.file, cwd));
    return frame.line === undefined ? file : `${file}:${frame.line}`;
  }
  if (frame.module === undefined) return '';
  const name = printable(frame.module.slice(frame.module.lastIndexOf('/') + 1));
  return frame.offset === undefined ? name : `${name}+${frame.offset}`;
}

/** A path below the working directory as seen from there, others as they are. */
export function nearer(path: string, cwd: string): string {
  if (!path.startsWith(sep)) return path;
  const short = relative(cwd, path);
  return short.startsWith('..') || short === '' ? path : short;
}

export function shorten(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}
