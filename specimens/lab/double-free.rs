//! The control: an ordinary double free, which every memory checker knows.
//! Where a checker is silent about `three-faults.rs` but speaks here, its
//! silence is its answer and not a broken installation.

use std::ffi::c_void;
use std::hint::black_box;

extern "C" {
    fn malloc(size: usize) -> *mut c_void;
    fn free(pointer: *mut c_void);
}

#[inline(never)]
fn free_twice() {
    unsafe {
        let block = black_box(malloc(64));
        free(black_box(block));
        free(black_box(block));
    }
}

fn main() {
    free_twice();
    println!("still here");
}
