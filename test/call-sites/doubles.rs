//! A healthy program. Link-time optimisation makes the functions of each pair below equal in machine code, folds
//! them into one and keeps the debug info of one: the other one's blocks seem to go to the wrong world. And a
//! C function calls a Rust one that ends in a jump to `free`: the release seems to be made in C.
use std::alloc::{alloc, dealloc, Layout};
use std::hint::black_box;
use std::ptr::NonNull;

extern "C" {
    fn malloc(size: usize) -> *mut u8;
    fn free(pointer: *mut u8);
    fn strdup(text: *const u8) -> *mut u8;
    fn finish(number: *mut u64);
}

/// Ends in a jump to `free`, whose return address then lies in the C function that called this one.
#[no_mangle]
pub unsafe extern "C" fn number_release(number: *mut u64) {
    drop(Box::from_raw(number));
}

#[inline(never)]
unsafe fn release_c(pointer: NonNull<u8>) {
    free(pointer.as_ptr())
}

#[inline(never)]
unsafe fn release_rust(pointer: NonNull<u8>) {
    dealloc(pointer.as_ptr(), Layout::new::<u64>())
}

struct OfC(NonNull<u64>);
struct OfRust(NonNull<u64>);

impl Drop for OfC {
    #[inline(never)]
    fn drop(&mut self) {
        unsafe { free(self.0.as_ptr() as *mut u8) }
    }
}

impl Drop for OfRust {
    #[inline(never)]
    fn drop(&mut self) {
        unsafe { dealloc(self.0.as_ptr() as *mut u8, Layout::new::<u64>()) }
    }
}

unsafe fn bytes_of_rust(size: usize) -> *mut u8 {
    alloc(Layout::from_size_align_unchecked(size, 1))
}

unsafe fn back_to_rust(pointer: *mut u8, size: usize) {
    dealloc(pointer, Layout::from_size_align_unchecked(size, 1))
}

unsafe fn bytes_of_c(size: usize) -> *mut u8 {
    malloc(size)
}

unsafe fn back_to_c(pointer: *mut u8, _size: usize) {
    free(pointer)
}

macro_rules! buffer {
    ($name:ident, $allocate:expr, $release:expr) => {
        struct $name(*mut u8, usize);
        impl $name {
            #[inline(never)]
            fn make(size: usize) -> Self {
                unsafe { $name($allocate(size), size) }
            }

            /// Long, so that no rule of thumb about short functions helps.
            #[inline(never)]
            fn release(&mut self) {
                unsafe {
                    let mut sum = 0u32;
                    for at in 0..self.1 {
                        *self.0.add(at) = at as u8;
                        sum = sum.wrapping_mul(31).wrapping_add(*self.0.add(at) as u32);
                    }
                    $release(self.0, self.1);
                    println!("{sum} {}", self.1);
                }
            }
        }
    };
}
buffer!(BufferOfC, bytes_of_c, back_to_c);
buffer!(BufferOfRust, bytes_of_rust, back_to_rust);

fn found<T>(pointer: *mut T) -> NonNull<T> {
    NonNull::new(pointer).expect("memory")
}

fn main() {
    unsafe {
        release_c(found(black_box(malloc(8))));
        release_rust(found(black_box(alloc(Layout::new::<u64>()))));
        release_c(found(black_box(strdup(c"text".as_ptr() as *const u8))));
        drop(black_box(OfC(found(malloc(8) as *mut u64))));
        drop(black_box(OfRust(found(alloc(Layout::new::<u64>()) as *mut u64))));
    }
    let many: Vec<OfC> = (0..9).map(|_| OfC(found(unsafe { malloc(8) as *mut u64 }))).collect();
    let more: Vec<Box<u64>> = (0..9).map(Box::new).collect();
    drop(black_box(many));
    drop(black_box(more));
    let first = Box::into_raw(Box::new(black_box(7u64)));
    println!("{}", unsafe { *first });
    unsafe { finish(black_box(first)) };
    BufferOfC::make(black_box(100)).release();
    BufferOfRust::make(black_box(100)).release();
}
