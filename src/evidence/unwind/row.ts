import { ByteCursor } from './encoded.ts';
import type { FunctionRules } from './unwind-table.ts';

/** How a register of the caller is found. */
export type RegisterRule =
  | { kind: 'same' }
  | { kind: 'undefined' }
  /** In memory, so far from the frame's address. */
  | { kind: 'at'; offset: bigint }
  /** The frame's address and so much. */
  | { kind: 'is'; offset: bigint }
  | { kind: 'register'; register: number }
  /** In memory, at the address that the expression gives. */
  | { kind: 'at-expression'; expression: Buffer }
  | { kind: 'is-expression'; expression: Buffer };

/** The frame's address (CFA), and how the caller's registers are found from it. */
export interface Row {
  frame: { register: number; offset: bigint } | { expression: Buffer };
  registers: Map<number, RegisterRule>;
}

const MOST_STATES = 64;

/** The row for the code address `pc`. Throws RangeError where the instructions are damaged, or not known here. */
export function rowFor(rules: FunctionRules, pc: bigint): Row {
  const row: Row = { frame: { register: 7, offset: 8n }, registers: new Map() };
  const nothing = new Map<number, RegisterRule>();
  execute(new ByteCursor(rules.initial, 0n), rules, rules.start, row, nothing);
  const initial = new Map(row.registers);
  execute(new ByteCursor(rules.instructions, 0n), rules, pc, row, initial);
  return row;
}

/** @see DWARF 5, 6.4.2 (call frame instructions) */
function execute(
  cursor: ByteCursor,
  rules: FunctionRules,
  pc: bigint,
  row: Row,
  initial: ReadonlyMap<number, RegisterRule>,
): void {
  const { codeAlign, dataAlign } = rules;
  const states: Row[] = [];
  let at = rules.start;
  const register = () => Number(cursor.uleb());
  const set = (number: number, rule: RegisterRule) => row.registers.set(number, rule);
  const moveFrame = (change: { register?: number; offset?: bigint }) => {
    if ('expression' in row.frame) {
      if (change.register === undefined || change.offset === undefined)
        throw new RangeError('no frame register');
      row.frame = { register: change.register, offset: change.offset };
    } else row.frame = { ...row.frame, ...change };
  };
  const restore = (number: number) => {
    const rule = initial.get(number);
    if (rule) row.registers.set(number, rule);
    else row.registers.delete(number);
  };
  while (!cursor.done) {
    const byte = cursor.u8();
    const low = byte & 63;
    if (byte >> 6 === 1) at += BigInt(low) * codeAlign;
    else if (byte >> 6 === 2) set(low, { kind: 'at', offset: cursor.uleb() * dataAlign });
    else if (byte >> 6 === 3) restore(low);
    else {
      switch (low) {
        case 0x00: // nop
          break;
        case 0x01: // set_loc
          throw new RangeError('a location of its own');
        case 0x02:
          at += BigInt(cursor.u8()) * codeAlign;
          break;
        case 0x03:
          at += BigInt(cursor.u16()) * codeAlign;
          break;
        case 0x04:
          at += BigInt(cursor.u32()) * codeAlign;
          break;
        case 0x05:
          set(register(), { kind: 'at', offset: cursor.uleb() * dataAlign });
          break;
        case 0x06:
          restore(register());
          break;
        case 0x07:
          set(register(), { kind: 'undefined' });
          break;
        case 0x08:
          set(register(), { kind: 'same' });
          break;
        case 0x09:
          set(register(), { kind: 'register', register: register() });
          break;
        case 0x0a:
          if (states.length >= MOST_STATES) throw new RangeError('too many states');
          states.push({ frame: row.frame, registers: new Map(row.registers) });
          break;
        case 0x0b: {
          const state = states.pop();
          if (!state) throw new RangeError('no state to go back to');
          row.frame = state.frame;
          row.registers = state.registers;
          break;
        }
        case 0x0c:
          moveFrame({ register: register(), offset: cursor.uleb() });
          break;
        case 0x0d:
          moveFrame({ register: register() });
          break;
        case 0x0e:
          moveFrame({ offset: cursor.uleb() });
          break;
        case 0x0f:
          row.frame = { expression: cursor.block(Number(cursor.uleb())) };
          break;
        case 0x10:
          set(register(), { kind: 'at-expression', expression: cursor.block(Number(cursor.uleb())) });
          break;
        case 0x11:
          set(register(), { kind: 'at', offset: cursor.sleb() * dataAlign });
          break;
        case 0x12:
          moveFrame({ register: register(), offset: cursor.sleb() * dataAlign });
          break;
        case 0x13:
          moveFrame({ offset: cursor.sleb() * dataAlign });
          break;
        case 0x14:
          set(register(), { kind: 'is', offset: cursor.uleb() * dataAlign });
          break;
        case 0x15:
          set(register(), { kind: 'is', offset: cursor.sleb() * dataAlign });
          break;
        case 0x16:
          set(register(), { kind: 'is-expression', expression: cursor.block(Number(cursor.uleb())) });
          break;
        case 0x2e: // GNU_args_size
          cursor.uleb();
          break;
        default:
          throw new RangeError(`the instruction ${byte}`);
      }
    }
    if (at > pc) return;
  }
}
