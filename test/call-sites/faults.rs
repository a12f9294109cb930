//! Two blocks that go back to the wrong world, each within one function.
use std::hint::black_box;

extern "C" {
    fn malloc(size: usize) -> *mut u8;
    fn free(pointer: *mut u8);
}

#[inline(never)]
fn rust_releases() {
    let pointer = black_box(unsafe { malloc(64) });
    let text = black_box(unsafe { Vec::from_raw_parts(pointer, 0, 64) });
    drop(black_box(text));
}

#[inline(never)]
fn c_releases() {
    let number = black_box(Box::into_raw(Box::new(black_box(7u64))));
    unsafe { free(number as *mut u8) };
    black_box(number);
}

fn main() {
    rust_releases();
    c_releases();
    println!("done");
}
