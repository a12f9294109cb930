//! A block from malloc is dropped as a Box in another Rust thread.
//! expect: CF001 c -> rust
//! unless lto+system: open; the call is in a function so short that another may share its machine code
//! died: drop_there
//! acts: malloc
use crate::ffi::{free, malloc};
use std::hint::black_box;
use std::thread;

#[inline(never)]
fn drop_there(block: usize) {
    drop(unsafe { Box::from_raw(black_box(block as *mut [u8; 64])) });
}

#[inline(never)]
pub fn fault() {
    let block = black_box(unsafe { malloc(64) }) as usize;
    thread::spawn(move || drop_there(block)).join().unwrap();
}

#[inline(never)]
pub fn healthy() {
    let block = black_box(unsafe { malloc(64) }) as usize;
    thread::spawn(move || unsafe { free(black_box(block as *mut _)) }).join().unwrap();
}
