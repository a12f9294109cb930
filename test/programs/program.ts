/** The vocabulary of the list of real programs: what is run, how it is got, what must hold. */
import type { FindingCode, Verdict } from '../../src/model/index.ts';

/** Where a program comes from: everything named here must be there before it can run. */
export interface Source {
  /** Commands of a toolchain that is never installed by us. */
  machine?: readonly string[];
  debian?: readonly string[];
  npm?: readonly string[];
  pypi?: readonly string[];
  crate?: string;
  /** Settings of cargo’s release profile for `crate`, by their environment names’ endings, e.g. `LTO`. */
  profile?: Readonly<Record<string, string>>;
  /** A small Rust program that is built once, with crates of fixed versions. */
  rust?: RustSource;
}

export interface RustSource {
  /** The lines of Cargo.toml’s `[dependencies]`. */
  dependencies: readonly string[];
  main: string;
}

/** A true bug in the program itself: it is expected, and the evidence says why it is one. */
export interface KnownBug {
  code: FindingCode;
  /** A function that must be on the finding's death stack. */
  function: string;
  /** Stacks, source line and the reason in a few sentences. */
  evidence: string;
}

export interface Program {
  /** Short name, unique in the list. */
  id: string;
  what: string;
  from: Source;
  /** Program and arguments; run in an empty directory that holds only `files` and what `prepare` made. */
  command: readonly string[];
  /** A shell line that prints the version; the first line that holds a digit is kept. */
  version: string;
  /** Small inputs, by relative path. */
  files?: Readonly<Record<string, string>>;
  /** A shell script that makes larger inputs; it is not observed. */
  prepare?: string;
  stdin?: string;
  env?: Readonly<Record<string, string>>;
  /** Files that the command makes; their bytes are compared too. */
  produces?: readonly string[];
  /** Base names of programs that must be among the observed processes. */
  follows?: readonly string[];
  /** Also run by the plain test command: on the usual machine already, or quick to install and run. */
  quick?: boolean;
  /** `clean` unless stated. */
  verdict?: Verdict;
  known?: readonly KnownBug[];
  /** Why standard error cannot be compared. */
  stderrVaries?: string;
  /** Seconds; 60 unless stated. */
  timeout?: number;
}
