//! A forked child drops a block from malloc as a Box.
//! expect: CF001 c -> rust
//! unless lto+system: open; the call is in a function so short that another may share its machine code
//! acts: malloc fork dealloc
use crate::ffi::{_exit, fork, free, malloc, waitpid};
use std::hint::black_box;
use std::ptr::null_mut;

#[inline(never)]
pub fn fault() {
    unsafe {
        let block = black_box(malloc(64));
        let child = fork();
        if child == 0 {
            drop(black_box(Box::from_raw(black_box(block) as *mut [u8; 64])));
            _exit(0);
        }
        waitpid(child, null_mut(), 0);
        free(black_box(block));
    }
}

#[inline(never)]
pub fn healthy() {
    unsafe {
        let block = black_box(malloc(64));
        let child = fork();
        if child == 0 {
            free(black_box(block));
            _exit(0);
        }
        waitpid(child, null_mut(), 0);
        free(black_box(block));
    }
}
