//! An allocator that hands out the same block every time, as a library to preload.
#![no_std]

use core::cell::UnsafeCell;
use core::ffi::c_void;

#[repr(align(4096))]
struct Block(UnsafeCell<[u8; 1 << 20]>);

unsafe impl Sync for Block {}

static BLOCK: Block = Block(UnsafeCell::new([0; 1 << 20]));

#[no_mangle]
pub extern "C" fn malloc(_: usize) -> *mut c_void {
    BLOCK.0.get().cast()
}

#[no_mangle]
pub extern "C" fn calloc(count: usize, size: usize) -> *mut c_void {
    let block = BLOCK.0.get().cast::<u8>();
    for at in 0..count * size {
        unsafe { block.add(at).write_volatile(0) };
    }
    block.cast()
}

#[no_mangle]
pub extern "C" fn realloc(_: *mut c_void, _: usize) -> *mut c_void {
    BLOCK.0.get().cast()
}

#[no_mangle]
pub extern "C" fn free(_: *mut c_void) {}

#[panic_handler]
fn stop(_: &core::panic::PanicInfo) -> ! {
    loop {}
}
