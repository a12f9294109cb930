//! A `cdylib` that makes a `Box<str>`. With `taker.rs` and `two-libraries.c`.

mod aftershock;

/// The text as pointer and length, as C can carry them.
#[repr(C)]
pub struct Text {
    start: *mut u8,
    length: usize,
}

#[no_mangle]
pub extern "C" fn giver_make(number: u32) -> Text {
    let text: Box<str> = format!("text number {number:05} made by the giver, of some length").into_boxed_str();
    let length = text.len();
    Text { start: Box::into_raw(text).cast(), length }
}

/// What the giver makes, the giver takes.
#[no_mangle]
pub unsafe extern "C" fn giver_drop(text: Text) {
    drop(Box::from_raw(std::ptr::slice_from_raw_parts_mut(text.start, text.length) as *mut str));
}

#[no_mangle]
pub extern "C" fn giver_works(size: usize) -> usize {
    aftershock::aftershock(size)
}
