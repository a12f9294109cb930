/**
 * Looks whether an act is still in the machine code: optimisers like to delete a wrong act altogether,
 * and a test of what is no longer there proves nothing.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Deep enough for a debug build's way from a drop to the allocator. */
const DEPTH = 14;
/** Ways that a program without further faults does not take. */
const UNTAKEN = /panic|unwind|handle_error|handle_alloc_error|core::fmt|std::io|_Unwind/;

/** What the acts are called in a specimen's header, beside plain names of functions. */
const SHIM = {
  alloc: /__rust_alloc(_zeroed)?$/,
  dealloc: /__rust_dealloc$/,
  realloc: /__rust_realloc$/,
};
/** Inlining leaves of a shim what the allocator behind it is called. */
const BEHIND_SHIM = {
  alloc:
    /__rust_alloc(_zeroed)?$|^(malloc|calloc|posix_memalign|aligned_alloc|_rjem_\w*alloc\w*|_?mi_\w*alloc\w*)(@|$)/,
  dealloc: /__rust_dealloc$|^(free|_rjem_s?dallocx|_?mi_free\w*)(@|$)/,
  realloc: /__rust_realloc$|^(realloc|_rjem_r\w*alloc\w*|_?mi_\w*realloc\w*)(@|$)/,
};

/**
 * The pattern of demangled names that an act stands for. `realloc` is Rust's in a Rust specimen, where
 * C's is written `realloc(c)`.
 * @param {string} act
 * @param {{ rust: boolean, inlined: boolean }} build
 * @returns {RegExp}
 */
function pattern(act, { rust, inlined }) {
  if (rust && Object.hasOwn(SHIM, act))
    return (inlined ? BEHIND_SHIM : SHIM)[/** @type {keyof typeof SHIM} */ (act)];
  const name = act.replace('(c)', '').replace(/[[\]]/g, '\\$&');
  return /^(new|delete)/.test(act)
    ? new RegExp(`^operator ${name}\\(`)
    : new RegExp(`(^|::)(${name})(@|\\(|$)`);
}

/**
 * @typedef {{ at: number, name: string }} Call
 * @typedef {{ name: string, calls: Call[] }} Code
 */

/**
 * Every function of a binary with the calls that it makes, by address.
 * @param {string} binary
 * @returns {Promise<Map<number, Code>>}
 */
export async function readCode(binary) {
  const options = { maxBuffer: 1 << 30 };
  const [{ stdout: relocations }, { stdout: listing }] = await Promise.all([
    run('objdump', ['-RC', '-w', binary], options),
    run('objdump', ['-dC', '--no-show-raw-insn', '-w', binary], options),
  ]);
  return parseListing(listing, parseSlots(relocations));
}

/**
 * What the slots of the global offset table point to.
 * @param {string} relocations
 */
function parseSlots(relocations) {
  /** @type {Map<number, Call>} */
  const slots = new Map();
  for (const line of relocations.split('\n')) {
    const [, slot, symbol, addend] =
      /^([0-9a-f]+) R_X86_64_\w+\s+(.+?)(?:\+0x([0-9a-f]+))?$/.exec(line) ?? [];
    if (!slot || !symbol) continue;
    const at = symbol === '*ABS*' ? Number.parseInt(addend ?? '0', 16) : 0;
    slots.set(Number.parseInt(slot, 16), { at, name: symbol === '*ABS*' ? '' : symbol });
  }
  return slots;
}

/**
 * @param {string} listing
 * @param {Map<number, Call>} slots
 */
function parseListing(listing, slots) {
  /** @type {Map<number, Code>} */
  const functions = new Map();
  /** @type {Code} */
  let current = { name: '', calls: [] };
  /** @type {Map<string, Call>} */
  const loaded = new Map();
  for (const line of listing.split('\n')) {
    const head = /^([0-9a-f]+) <(.+)>:$/.exec(line);
    if (head) {
      current = { name: head[2] ?? '', calls: [] };
      functions.set(Number.parseInt(head[1] ?? '', 16), current);
      loaded.clear();
      continue;
    }
    const call = target(line, slots, loaded);
    if (call) current.calls.push(call);
  }
  return functions;
}

/**
 * What an instruction calls: directly, through the global offset table, or through a register that was
 * loaded from there. A jump to the start of a function is a call in tail position.
 * @param {string} line
 * @param {Map<number, Call>} slots
 * @param {Map<string, Call>} loaded
 * @returns {Call | undefined}
 */
function target(line, slots, loaded) {
  const load = /\tmov\s+0x[0-9a-f]+\(%rip\),(%\w+)\s+# ([0-9a-f]+)/.exec(line);
  const slot = load && slots.get(Number.parseInt(load[2] ?? '', 16));
  if (slot) loaded.set(load[1] ?? '', slot);
  const [, operand = ''] = /\t(?:bnd )?(?:callq?|jmpq?)\s+(.*)$/.exec(line) ?? [];
  const direct = /^([0-9a-f]+) <(.+)>$/.exec(operand.trimEnd());
  if (direct) {
    const [, at = '', name = ''] = direct;
    return /\+0x[0-9a-f]+$/.test(name) ? undefined : { at: Number.parseInt(at, 16), name };
  }
  const through = /^\*0x[0-9a-f]+\(%rip\)\s+# ([0-9a-f]+)/.exec(operand);
  if (through) return slots.get(Number.parseInt(through[1] ?? '', 16));
  return loaded.get(/^\*(%\w+)$/.exec(operand.trim())?.[1] ?? '');
}

/** Enough calls for every specimen. */
const MANY = 8;

/**
 * How many calls of `wanted` a function makes, itself or through what it calls.
 * @param {Map<number, Code>} functions
 * @param {Code} from
 * @param {RegExp} wanted
 * @param {number} [depth]
 * @param {Map<Code, number>[]} [known] by depth
 * @returns {number}
 */
function count(functions, from, wanted, depth = DEPTH, known = []) {
  const counted = known[depth]?.get(from);
  if (counted !== undefined) return counted;
  let found = 0;
  for (const { at, name } of from.calls) {
    const callee = functions.get(at);
    const called = callee?.name ?? name;
    if (wanted.test(called)) found++;
    else if (callee && depth > 0 && !UNTAKEN.test(called))
      found += count(functions, callee, wanted, depth - 1, known);
    if (found >= MANY) break;
  }
  known[depth] ??= new Map();
  known[depth].set(from, found);
  return found;
}

/**
 * Throws when an act that `specimen` names is no longer in the code of its fault.
 * @param {Map<number, Code>} functions
 * @param {import('./header.js').Specimen} specimen
 * @param {{ rust: boolean, inlined: boolean, where: string, gone?: string[] }} build `gone`: acts that the build removes by design
 */
export function checkActs(functions, specimen, build) {
  for (const { within, calls } of specimen.acts) {
    const name = build.rust && specimen.group === 'rust' ? `::${specimen.name}::${within}` : within;
    const code = [...functions.values()].find((code) => isNamed(code.name, name));
    if (!code) throw new Error(`${build.where}: no function \`${name}\` in the machine code`);
    const needed = new Map();
    for (const call of calls) if (!build.gone?.includes(call)) needed.set(call, (needed.get(call) ?? 0) + 1);
    for (const [call, times] of needed) {
      const found = count(functions, code, pattern(call, build));
      if (found >= times) continue;
      throw new Error(
        `${build.where}: \`${name}\` of ${specimen.name} calls \`${call}\` ${found} times, not ${times}: optimised away`,
      );
    }
  }
}

/** @param {string} full @param {string} name */
function isNamed(full, name) {
  const bare = full.replace(/\(.*\)$/, '').replace(/::h[0-9a-f]{16}$/, '');
  return bare === name || bare.endsWith(name.startsWith('::') ? name : `::${name}`);
}
