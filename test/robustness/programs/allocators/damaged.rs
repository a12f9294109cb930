//! Built as a cdylib: blocks through Rust's own allocation functions.
use std::alloc::{alloc, dealloc, realloc, Layout};
fn layout(size: usize) -> Layout {
    Layout::from_size_align(size, 8).unwrap()
}
#[no_mangle]
pub unsafe extern "C" fn get(size: usize) -> *mut u8 {
    alloc(layout(size))
}
#[no_mangle]
pub unsafe extern "C" fn give(block: *mut u8, size: usize) {
    dealloc(block, layout(size))
}
#[no_mangle]
pub unsafe extern "C" fn grow(block: *mut u8, old: usize, size: usize) -> *mut u8 {
    realloc(block, layout(old), size)
}
