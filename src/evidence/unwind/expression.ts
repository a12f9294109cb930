import type { MemoryReader } from '../heap/memory.ts';
import { ByteCursor } from './encoded.ts';

const MOST_STEPS = 10_000;

/**
 * The value of a DWARF expression over registers (by DWARF's numbers) and memory, `first` on its stack at the
 * beginning. Undefined where it asks for what is not known; throws RangeError for a damaged one.
 * @see DWARF 5, 2.5 (expressions)
 */
export function evaluate(
  expression: Buffer,
  first: bigint | undefined,
  register: (number: number) => bigint | undefined,
  memory: MemoryReader,
): bigint | undefined {
  const cursor = new ByteCursor(expression, 0n);
  const stack: bigint[] = first === undefined ? [] : [first];
  const push = (value: bigint) => stack.push(BigInt.asUintN(64, value));
  const pop = (): bigint => {
    const value = stack.pop();
    if (value === undefined) throw new RangeError('an empty stack');
    return value;
  };
  const signed = () => BigInt.asIntN(64, pop());
  const both = (make: (a: bigint, b: bigint) => bigint) => {
    const b = pop();
    push(make(pop(), b));
  };
  for (let steps = 0; !cursor.done; steps++) {
    if (steps > MOST_STEPS) throw new RangeError('an expression without end');
    const operation = cursor.u8();
    if (operation >= 0x30 && operation <= 0x4f) push(BigInt(operation - 0x30));
    else if (operation >= 0x70 && operation <= 0x8f) {
      const offset = cursor.sleb();
      const value = register(operation - 0x70);
      if (value === undefined) return undefined;
      push(value + offset);
    } else if (operation >= 0x50 && operation <= 0x6f) {
      const value = register(operation - 0x50);
      if (value === undefined) return undefined;
      push(value);
    } else {
      switch (operation) {
        case 0x03:
        case 0x0e:
        case 0x0f:
          push(cursor.u64());
          break;
        case 0x06: {
          const word = memory.read(pop(), 8);
          if (!word) return undefined;
          push(word.readBigUInt64LE(0));
          break;
        }
        case 0x94: {
          const size = cursor.u8();
          const bytes = size >= 1 && size <= 8 ? memory.read(pop(), size) : undefined;
          if (!bytes) return undefined;
          push(Buffer.concat([bytes, Buffer.alloc(8 - size)]).readBigUInt64LE(0));
          break;
        }
        case 0x08:
          push(BigInt(cursor.u8()));
          break;
        case 0x09:
          push(BigInt.asIntN(8, BigInt(cursor.u8())));
          break;
        case 0x0a:
          push(BigInt(cursor.u16()));
          break;
        case 0x0b:
          push(BigInt.asIntN(16, BigInt(cursor.u16())));
          break;
        case 0x0c:
          push(BigInt(cursor.u32()));
          break;
        case 0x0d:
          push(BigInt.asIntN(32, BigInt(cursor.u32())));
          break;
        case 0x10:
          push(cursor.uleb());
          break;
        case 0x11:
          push(cursor.sleb());
          break;
        case 0x12: {
          const top = pop();
          push(top);
          push(top);
          break;
        }
        case 0x13:
          pop();
          break;
        case 0x14: {
          const over = stack.at(-2);
          if (over === undefined) throw new RangeError('an empty stack');
          push(over);
          break;
        }
        case 0x16: {
          const [b, a] = [pop(), pop()];
          push(b);
          push(a);
          break;
        }
        case 0x19: {
          const value = signed();
          push(value < 0n ? -value : value);
          break;
        }
        case 0x1a:
          both((a, b) => a & b);
          break;
        case 0x1c:
          both((a, b) => a - b);
          break;
        case 0x1e:
          both((a, b) => a * b);
          break;
        case 0x1f:
          push(-pop());
          break;
        case 0x20:
          push(~pop());
          break;
        case 0x21:
          both((a, b) => a | b);
          break;
        case 0x22:
          both((a, b) => a + b);
          break;
        case 0x23:
          push(pop() + cursor.uleb());
          break;
        case 0x24:
          both((a, b) => (b > 63n ? 0n : a << b));
          break;
        case 0x25:
          both((a, b) => (b > 63n ? 0n : a >> b));
          break;
        case 0x26:
          both((a, b) => BigInt.asIntN(64, a) >> (b > 63n ? 63n : b));
          break;
        case 0x27:
          both((a, b) => a ^ b);
          break;
        case 0x28:
        case 0x2f: {
          const jump = Number(BigInt.asIntN(16, BigInt(cursor.u16())));
          if (operation === 0x2f || pop() !== 0n) cursor.at += jump;
          if (cursor.at < 0) throw new RangeError('a jump out of the expression');
          break;
        }
        case 0x29:
        case 0x2a:
        case 0x2b:
        case 0x2c:
        case 0x2d:
        case 0x2e: {
          const [b, a] = [signed(), signed()];
          push([a === b, a >= b, a > b, a <= b, a < b, a !== b][operation - 0x29] ? 1n : 0n);
          break;
        }
        case 0x96:
          break;
        default:
          throw new RangeError(`the operation ${operation}`);
      }
    }
  }
  return pop();
}
