//! 64 bytes from C's malloc go back through Rust's `dealloc`. What lies before
//! the block and in it is printed first: is there anything that Rust could
//! take for bookkeeping of its own? Then 64 bytes are asked of Rust: where do
//! they come from? The argument is the byte that fills the block.
//! With the feature `jemalloc`, Rust's allocator is a jemalloc of its own.

use std::alloc::{alloc, dealloc, Layout};
use std::ffi::c_void;
use std::hint::black_box;

#[cfg(feature = "jemalloc")]
#[global_allocator]
static JEMALLOC: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

extern "C" {
    fn malloc(size: usize) -> *mut c_void;
    fn memset(block: *mut c_void, byte: i32, size: usize) -> *mut c_void;
}

const SIZE: usize = 64;

fn main() {
    let argument = std::env::args().nth(1).expect("the byte that fills the block");
    let byte: u8 = argument.parse().expect("a byte, 0 to 255");
    let layout = Layout::from_size_align(SIZE, 8).unwrap();
    unsafe {
        let block = black_box(malloc(SIZE)).cast::<u8>();
        memset(block.cast(), byte.into(), SIZE);
        let words = std::slice::from_raw_parts(block.cast::<u64>().sub(2), 4).to_vec();
        println!("around the block: {:#x} {:#x} | {:#x} {:#x}", words[0], words[1], words[2], words[3]);
        dealloc(black_box(block), layout);
        let next = black_box(alloc(layout));
        println!("released; Rust's next block is {}", if next == block { "the same" } else { "another" });
        dealloc(next, layout);
    }
}
