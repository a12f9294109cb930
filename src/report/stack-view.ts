import type { Frame } from '../model/index.ts';
import { printable } from './printable.ts';

/** Code of the standard libraries: it acts for whoever called it. */
const LIBRARY_FUNCTION =
  /^(<?&?(mut )?(alloc|core|std|hashbrown)::|<.* as (alloc|core|std)::|__rust|__rdl_|_?_?libc_|std::|__gnu_cxx::|operator (new|delete)|__cxa_)/;
const LIBRARY_FILE =
  /^(\/rustc\/|.*\/rustlib\/src\/rust\/library\/|\/usr\/include\/c\+\+\/|.*\/libstdc\+\+-v3\/)/;
const LIBRARY_MODULE =
  /\/(libc|libm|libpthread|libdl|ld-linux-x86-64|libstdc\+\+|libgcc_s|libstd-[0-9a-f]+)\.so[.\d]*$/;

/** What lies above main and above a thread's first function. */
const START_UP = /^(_start|__libc_start_main.*|__libc_start_call_main|start_thread|clone3?|__clone3?)$/;

/** Rust's own frame between C's main and Rust's, and the one below a Rust thread. */
const RUST_START_UP =
  /^std::(rt::lang_start|sys::.*thread_start|sys::backtrace::__rust_begin_short_backtrace)/;

/** True for a frame that belongs to a standard library and not to the program. */
export function isLibrary(frame: Frame): boolean {
  if (frame.file !== undefined && LIBRARY_FILE.test(frame.file)) return true;
  if (frame.module !== undefined && LIBRARY_MODULE.test(frame.module)) return true;
  return frame.function !== undefined && LIBRARY_FUNCTION.test(frame.function);
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
  const running = withoutRustStart(stack);
  const own = running.findIndex(isOwn);
  if (own < 0) return { site: stack[0], through: undefined, callers: [] };
  const below = running.slice(0, own);
  return {
    site: running[own],
    through: below.findLast((frame) => droppedType(frame) !== undefined) ?? below.at(-1),
    callers: running.slice(own + 1).filter(isOwn),
  };
}

/** The frames of the program's own, innermost first; the innermost of all where there is none. */
export function ownFrames(stack: Frame[]): Frame[] {
  const { site, callers } = fold(stack);
  return site === undefined ? [] : [site, ...callers];
}

function withoutRustStart(stack: Frame[]): Frame[] {
  const start = stack.findIndex((frame) => RUST_START_UP.test(frame.function ?? ''));
  return start < 0 ? stack : stack.slice(0, start);
}

function isOwn(frame: Frame): boolean {
  return !isLibrary(frame) && !START_UP.test(frame.function ?? '');
}

/** For Rust's drop glue: the type that is dropped. */
export function droppedType(frame: Frame): string | undefined {
  return /^core::ptr::drop_in_place(?:::)?<(.*)>(?:::h[0-9a-f]{16})?$/.exec(frame.function ?? '')?.[1];
}

/** Longer names are cut: template arguments can fill pages. */
export const LONGEST_NAME = 100;

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

/** A path below the working directory as seen from there, Rust's own without its hash, others as they are. */
export function nearer(path: string, cwd: string): string {
  const library = /^\/rustc\/[0-9a-f]{40}\/(.*)$/.exec(path)?.[1];
  if (library !== undefined) return library;
  const below = cwd.endsWith('/') ? cwd : `${cwd}/`;
  const straight = withoutDetours(path);
  return straight.startsWith(below) && straight !== below ? straight.slice(below.length) : path;
}

/** Without `.` and `..`, as far as they can go. Not Node's: the page in the browser shows paths as well. */
function withoutDetours(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..' && parts.length > 1) parts.pop();
    else if (part !== '.' && part !== '..') parts.push(part);
  }
  return parts.join('/');
}

export function shorten(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}
