//! A C library hands a block to a Rust callback, which takes it for a Vec.
//! expect: CF001 c -> rust
//! unless lto+system: open; the call is in a function so short that another may share its machine code
//! born: c_visit
//! died: take
//! acts: c_visit
use crate::ffi::{c_visit, free};
use std::ffi::c_void;
use std::hint::black_box;

#[inline(never)]
extern "C" fn take(block: *mut c_void) {
    drop(black_box(unsafe { Vec::from_raw_parts(block.cast::<u8>(), 0, 64) }));
}

#[inline(never)]
extern "C" fn give_back(block: *mut c_void) {
    unsafe { free(black_box(block)) };
}

#[inline(never)]
pub fn fault() {
    unsafe { c_visit(take) };
}

#[inline(never)]
pub fn healthy() {
    unsafe { c_visit(give_back) };
}
