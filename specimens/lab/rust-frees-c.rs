//! 64 bytes from C's malloc go back through Rust's `dealloc`. The block and
//! what lies around it are printed first: is there anything that Rust could
//! mistake for bookkeeping of its own? The argument is the byte that fills it.

use std::alloc::{dealloc, Layout};
use std::ffi::c_void;
use std::hint::black_box;

extern "C" {
    fn malloc(size: usize) -> *mut c_void;
    fn memset(block: *mut c_void, byte: i32, size: usize) -> *mut c_void;
}

const SIZE: usize = 64;

fn main() {
    let argument = std::env::args().nth(1).expect("the byte that fills the block");
    let byte: u8 = argument.parse().expect("a byte, 0 to 255");
    let block = unsafe { black_box(malloc(SIZE)) };
    let words = unsafe {
        memset(block, byte.into(), SIZE);
        let before = block.cast::<u64>().sub(2);
        std::slice::from_raw_parts(before, 4).to_vec()
    };
    println!("from -16: {:#x} {:#x} | {:#x} {:#x}", words[0], words[1], words[2], words[3]);
    unsafe { dealloc(black_box(block).cast(), Layout::from_size_align(SIZE, 8).unwrap()) };
    println!("released");
}
