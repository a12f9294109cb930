//! Three faults of ownership that nobody notices: on Linux, Rust's default
//! allocator and C's are the same, so each wrong act happens to work today.
//! Every pointer goes through `black_box`, or the optimiser would pair the
//! calls and delete them.

use std::ffi::c_void;
use std::hint::black_box;

extern "C" {
    fn malloc(size: usize) -> *mut c_void;
    fn free(pointer: *mut c_void);
    fn memset(pointer: *mut c_void, byte: i32, size: usize) -> *mut c_void;
}

const LINE: usize = 64;
const RECORDS: usize = 7;
const BYTES: usize = RECORDS * std::mem::size_of::<[u64; 10]>();

/// Fault 1 (CF001): C's block becomes a `Vec`, whose drop gives it to Rust.
#[inline(never)]
fn c_block_dropped_by_rust() -> u64 {
    unsafe {
        let line = black_box(malloc(LINE)); // 1: born
        memset(line, 1, LINE);
        let line = Vec::from_raw_parts(line.cast::<u8>(), LINE, LINE);
        let sum = line.iter().map(|&byte| u64::from(byte)).sum();
        drop(line); // 1: dies
        sum
    }
}

/// Fault 2 (CF001): a `Box` is given to C's `free`.
#[inline(never)]
fn rust_box_given_to_free() -> u64 {
    let number = black_box(Box::into_raw(Box::new(42_u64))); // 2: born
    unsafe {
        let value = *number;
        free(number.cast()); // 2: dies
        value
    }
}

/// Fault 3 (CF004): `from_raw_parts` counts capacity in elements, so 560
/// bytes come back as 560 elements of 80 bytes, aligned to 8 instead of 1.
#[inline(never)]
fn vec_rebuilt_with_wrong_capacity() -> u64 {
    let bytes = black_box(vec![1_u8; BYTES].leak()).as_mut_ptr(); // 3: born
    unsafe {
        let records = Vec::from_raw_parts(bytes.cast::<[u64; 10]>(), RECORDS, BYTES);
        let sum = records.iter().flatten().fold(0, |sum, &word| sum ^ word);
        drop(records); // 3: dies
        sum
    }
}

fn main() {
    println!("c block dropped by rust: {}", c_block_dropped_by_rust());
    println!("rust box given to free: {}", rust_box_given_to_free());
    println!("vec rebuilt with wrong capacity: {}", vec_rebuilt_with_wrong_capacity());
}
